package io.evomoe.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.evomoe.models.metrics.Bleu.Smoothing;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BleuTest {
  private static final String MAT = "the cat sat on the mat";

  /**
   * Worked by hand: output | reference, smoothing, matched n-grams / n-grams of the output (after
   * smoothing) for n = 1 to 4, words of output and reference, brevity penalty, and 100 x penalty x
   * fourth root of the product. Sentences are parted by {@code //}.
   */
  static Stream<Arguments> worked() {
    return Stream.of(
        // Identical: every n-gram matches.
        row(MAT, MAT, Smoothing.EXPONENTIAL, "6/6 5/5 4/4 3/3", 6, 6, 1, 100),
        // Identical and without smoothing.
        row(MAT, MAT, Smoothing.NONE, "6/6 5/5 4/4 3/3", 6, 6, 1, 100),
        // Nothing was put out: no words, penalty 0 by definition.
        row("", "the cat", Smoothing.EXPONENTIAL, "0/1 0/1 0/1 0/1", 0, 2, 0, 0),
        // An empty one among others costs length only: exp(1 - 8/6) = 0.716531.
        row(
            MAT + "//",
            MAT + "//a dog",
            Smoothing.EXPONENTIAL,
            "6/6 5/5 4/4 3/3",
            6,
            8,
            0.716531,
            71.6531),
        // Too short: exp(1 - 6/4) = 0.606531.
        row(
            "the cat sat on",
            MAT,
            Smoothing.EXPONENTIAL,
            "4/4 3/3 2/2 1/1",
            4,
            6,
            0.606531,
            60.6531),
        // Too long is penalised by precision alone: 6/8 x 5/7 x 4/6 x 3/5 = 3/14.
        row(MAT + " all day", MAT, Smoothing.EXPONENTIAL, "6/8 5/7 4/6 3/5", 8, 6, 1, 68.0375),
        // Papineni's example: "the" counts twice, as often as in the reference. No bigram matches.
        // exp: 1/2 of 6 bigrams, 1/4 of 5, 1/8 of 4: 2/7 x 1/12 x 1/20 x 1/32 = 3.72024e-5.
        row(
            "the the the the the the the",
            "the cat is on the mat",
            Smoothing.EXPONENTIAL,
            "2/7 1/12 1/20 1/32",
            7,
            6,
            1,
            7.8098),
        // floor: 2/7 x 0.1/6 x 0.1/5 x 0.1/4 = 2.38095e-6.
        row(
            "the the the the the the the",
            "the cat is on the mat",
            Smoothing.FLOOR,
            "2/7 1/60 1/50 1/40",
            7,
            6,
            1,
            3.9281),
        // add-k: 2/7 x (0+1)/(6+1) x (0+1)/(5+1) x (0+1)/(4+1) = 1.36054e-3.
        row(
            "the the the the the the the",
            "the cat is on the mat",
            Smoothing.ADD_K,
            "2/7 1/7 1/6 1/5",
            7,
            6,
            1,
            19.2056),
        row(
            "the the the the the the the",
            "the cat is on the mat",
            Smoothing.NONE,
            "2/7 0/6 0/5 0/4",
            7,
            6,
            1,
            0),
        // Only the one 4-gram does not match: 4/4 x 2/3 x 1/2 x (1/2)/1 = 1/6.
        row("b a c d", "a c d b", Smoothing.EXPONENTIAL, "4/4 2/3 1/2 1/2", 4, 4, 1, 63.8943),
        // add-k also adds where there are matches: 4/4 x 3/4 x 2/3 x 1/2 = 1/4.
        row("b a c d", "a c d b", Smoothing.ADD_K, "4/4 3/4 2/3 1/2", 4, 4, 1, 70.7107),
        // Fewer than four words: no 4-gram, so 0 although identical.
        row("the cat", "the cat", Smoothing.EXPONENTIAL, "2/2 1/1 0/1 0/1", 2, 2, 1, 0),
        // add-k counts one 3-gram and one 4-gram more, of which one matches.
        row("the cat", "the cat", Smoothing.ADD_K, "2/2 2/2 1/1 1/1", 2, 2, 1, 100),
        // Not one word in common: 0 whatever the smoothing.
        row("a b c d", "e f g h", Smoothing.EXPONENTIAL, "0/1 0/1 0/1 0/1", 4, 4, 1, 0),
        row("a b c d", "e f g h", Smoothing.ADD_K, "0/1 0/1 0/1 0/1", 4, 4, 1, 0),
        // Case counts: the words The, cat, sat, on, the, mat: 5/6 x 4/5 x 3/4 x 2/3 = 1/3.
        row(
            "The cat sat on the mat",
            MAT,
            Smoothing.EXPONENTIAL,
            "5/6 4/5 3/4 2/3",
            6,
            6,
            1,
            75.9836),
        // Punctuation is words: Hello , world ! | Hello , world . : 3/4 x 2/3 x 1/2 x 1/2 = 1/8.
        row(
            "Hello, world!",
            "Hello, world.",
            Smoothing.EXPONENTIAL,
            "3/4 2/3 1/2 1/2",
            4,
            4,
            1,
            59.4604),
        // It costs $ 1,234.50 in 2019 - 2020 . : word 4 of 9 is wrong, with the 2 bigrams, 3
        // trigrams and 4 4-grams that hold it: 8/9 x 6/8 x 4/7 x 2/6 = 0.126984.
        row(
            "It costs $1,234.50 in 2019-2020.",
            "It costs $1,234.5 in 2019-2020.",
            Smoothing.EXPONENTIAL,
            "8/9 6/8 4/7 2/6",
            9,
            9,
            1,
            59.6949),
        // German quotes stay in their word, the period does not: Öffnen Sie das Menü „Datei“ . :
        // word 5 of 6 is wrong: 5/6 x 3/5 x 2/4 x 1/3 = 1/12.
        row(
            "Öffnen Sie das Menü „Datei“.",
            "Öffnen Sie das Menü Datei.",
            Smoothing.EXPONENTIAL,
            "5/6 3/5 2/4 1/3",
            6,
            6,
            1,
            53.7285),
        // Counts are added before dividing: sentence 1 has 6 5 4 3 matches of as many, sentence 2
        // (a b | a c) 1 of 2 words and 0 of 1 bigram: 7/8 x 5/6 x 4/4 x 3/3 = 0.729167.
        row(
            MAT + "//a b",
            MAT + "//a c",
            Smoothing.EXPONENTIAL,
            "7/8 5/6 4/4 3/3",
            8,
            8,
            1,
            92.4074),
        // Entities are read as the characters they stand for: a < b > & " c.
        row(
            "a &lt;b&gt; &amp; &quot;c",
            "a <b> & \"c",
            Smoothing.EXPONENTIAL,
            "7/7 6/6 5/5 4/4",
            7,
            7,
            1,
            100));
  }

  @ParameterizedTest(name = "{2}: {0} | {1}")
  @MethodSource("worked")
  void should_equal_the_value_worked_by_hand(
      String output,
      String reference,
      Smoothing smoothing,
      List<Double> precisions,
      int length,
      int referenceLength,
      double penalty,
      double score) {
    Bleu.Score bleu =
        new Bleu(smoothing)
            .score(List.of(output.split("//", -1)), List.of(reference.split("//", -1)));

    assertThat(bleu.precisions()).hasSize(4);
    for (int n = 0; n < 4; n++) {
      assertThat(bleu.precisions().get(n))
          .as("order %d", n + 1)
          .isEqualTo(precisions.get(n), within(1e-9));
    }
    assertThat(bleu.hypothesisLength()).isEqualTo(length);
    assertThat(bleu.referenceLength()).isEqualTo(referenceLength);
    assertThat(bleu.brevityPenalty()).isEqualTo(penalty, within(5e-7));
    assertThat(bleu.score()).isEqualTo(score, within(5e-5));
  }

  @Test
  void should_smooth_exponentially_unless_told_otherwise() {
    assertThat(new Bleu().signature()).isEqualTo("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp");
    assertThat(new Bleu(Smoothing.FLOOR).signature()).endsWith("smooth:floor[0.10]");
    assertThat(new Bleu(Smoothing.ADD_K).signature()).endsWith("smooth:add-k[1.00]");
    assertThat(new Bleu(Smoothing.NONE).signature()).endsWith("smooth:none");
  }

  @Test
  void should_say_the_score_in_the_form_that_the_field_quotes() {
    assertThat(new Bleu().score(List.of("the cat sat on"), List.of(MAT)).text())
        .isEqualTo(
            "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp = 60.7 100.0/100.0/100.0/100.0"
                + " (BP = 0.607 ratio = 0.667 hyp_len = 4 ref_len = 6)");
  }

  @Test
  void should_refuse_as_many_outputs_as_there_are_no_references_for() {
    assertThatThrownBy(() -> new Bleu().score(List.of("a", "b"), List.of("a", "b", "c")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hypotheses must be as many as references (3), were 2");
    assertThatThrownBy(() -> new Bleu().score(List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hypotheses must be at least 1, were 0");
  }

  private static Arguments row(
      String output,
      String reference,
      Smoothing smoothing,
      String matched,
      int length,
      int referenceLength,
      double penalty,
      double score) {
    List<Double> precisions = Stream.of(matched.split(" ", -1)).map(BleuTest::percent).toList();
    return arguments(
        output, reference, smoothing, precisions, length, referenceLength, penalty, score);
  }

  private static double percent(String fraction) {
    String[] parts = fraction.split("/", 2);
    return 100.0 * Integer.parseInt(parts[0]) / Integer.parseInt(parts[1]);
  }
}
