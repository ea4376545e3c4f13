package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short and long texts are chosen alike, of every class, and as much as was requested. */
class HeldOutTest {
  private static final double SHARE = 0.05;
  private static final HeldOut FIVE = HeldOut.DEFAULT.withShares(SHARE, 0);

  @Test
  void should_hold_out_short_and_long_classes_in_proportion() {
    Split<RowCorpus> split = shortAndLong(1000, "short", "long").divide(FIVE);

    assertThat(count(split.valid(), "short")).isBetween(48L, 52L);
    assertThat(count(split.valid(), "long")).isBetween(48L, 52L);
  }

  @Test
  void should_hold_out_short_and_long_texts_of_one_class_in_proportion() {
    Split<RowCorpus> split = shortAndLong(1000, "one", "one").divide(FIVE);

    assertThat(split.valid().size()).isEqualTo(100);
    assertThat(split.valid().texts().documents().stream().filter(text -> text.length() > 300))
        .hasSizeBetween(35, 65);
  }

  @Test
  void should_hold_out_short_and_long_pairs_in_proportion() {
    List<List<String>> pairs =
        IntStream.range(0, 1000)
            .mapToObj(i -> words(i, i % 2 == 0 ? 3 : 60))
            .map(text -> List.of(text, text))
            .toList();

    Split<RowCorpus> split = RowCorpus.of(RecordKind.PAIR, "mine", pairs).divide(FIVE);

    assertThat(split.valid().column(0).stream().filter(s -> s.length() > 300))
        .hasSizeBetween(15, 35);
    assertThat(split.valid().size()).isEqualTo(50);
  }

  @Test
  void should_hold_out_the_share_of_the_tokens_in_whole_documents(@TempDir Path folder) {
    for (int documents : new int[] {100, 1000}) {
      TextCorpus corpus = new TextCorpus("mine", ofManyLengths(documents));

      TextSplit split = TextSplit.of(corpus, SHARE);

      assertThat(split.train().count() + split.valid().count()).isEqualTo(documents);
      BpeTokenizer tokenizer = BpeTokenizer.train(split.train(), 300, folder);
      double held = TokenStream.of(split.valid(), tokenizer).size();
      double all = held + TokenStream.of(split.train(), tokenizer).size();
      assertThat(held / all).as("%d documents", documents).isCloseTo(SHARE, within(0.01));
    }
  }

  @Test
  void should_cut_a_few_long_documents_at_the_ends_of_lines() {
    TextCorpus corpus = novels();

    TextSplit split = TextSplit.of(corpus, SHARE);

    assertThat((double) split.valid().length() / corpus.length()).isCloseTo(SHARE, within(0.01));
    assertThat(linesOf(split.train(), split.valid()))
        .containsExactlyInAnyOrderElementsOf(linesOf(corpus));
    assertThat(split.train().count() + split.valid().count()).isBetween(60, 106);
  }

  @Test
  void should_give_every_text_the_same_chance_whatever_its_length() {
    int seeds = 400;
    List<String> texts = ofManyLengths(120);
    Map<String, Integer> held = new HashMap<>();
    for (int seed = 0; seed < seeds; seed++) {
      List<String> valid =
          new HeldOut(0.1, 0, seed).divide("mine", texts, HeldOutTest::unit).valid();
      valid.forEach(text -> held.merge(text, 1, Integer::sum));
    }

    double deviation = Math.sqrt(seeds * 0.1 * 0.9);
    List<String> byLength = new ArrayList<>(texts);
    byLength.sort((a, b) -> Integer.compare(a.length(), b.length()));
    for (int from = 0; from < 120; from += 30) {
      double mean =
          byLength.subList(from, from + 30).stream()
              .mapToInt(text -> held.getOrDefault(text, 0))
              .average()
              .orElseThrow();
      assertThat(mean)
          .as("times that a text from the %d-th shortest on is held out", from)
          .isCloseTo(seeds * 0.1, within(4 * deviation / Math.sqrt(30)));
    }
    assertThat(texts)
        .allSatisfy(
            text ->
                assertThat(held.getOrDefault(text, 0))
                    .isCloseTo((int) (seeds * 0.1), within((int) (4.5 * deviation))));
  }

  @Test
  void should_hold_out_the_same_part_of_every_long_document_in_the_mean() {
    List<String> novels = novels().documents();
    int seeds = 300;
    double[] held = new double[novels.size()];
    for (int seed = 0; seed < seeds; seed++) {
      TextSplit split = TextSplit.of("novels", novels()::read, new HeldOut(0.2, 0, seed));
      for (String part : Texts.of(split.valid())) {
        for (int i = 0; i < novels.size(); i++) {
          held[i] += novels.get(i).contains(part) ? part.length() : 0;
        }
      }
    }

    for (int i = 0; i < novels.size(); i++) {
      assertThat(held[i] / seeds / novels.get(i).length())
          .as("mean part of novel %d", i)
          .isCloseTo(0.2, within(4 * 0.4 / Math.sqrt(seeds)));
    }
  }

  @Test
  void should_divide_the_same_texts_in_another_order_alike() {
    List<String> texts = new ArrayList<>(ofManyLengths(300));
    List<String> valid = Texts.of(TextSplit.of(new TextCorpus("a", texts), SHARE).valid());
    Collections.shuffle(texts, new Random(5));

    assertThat(Texts.of(TextSplit.of(new TextCorpus("b", texts), SHARE).valid()))
        .containsExactlyInAnyOrderElementsOf(valid);
  }

  @Test
  void should_divide_into_three_as_asked() {
    Split<RowCorpus> split =
        shortAndLong(1000, "short", "long").divide(HeldOut.DEFAULT.withShares(0.1, 0.2));

    RowCorpus test = split.test().orElseThrow();
    assertThat(count(split.valid(), "short")).isBetween(98L, 102L);
    assertThat(count(split.valid(), "long")).isBetween(98L, 102L);
    assertThat(count(test, "short")).isBetween(198L, 202L);
    assertThat(count(test, "long")).isBetween(198L, 202L);
    assertThat(
            Stream.of(split.train(), split.valid(), test)
                .flatMap(side -> side.texts().documents().stream()))
        .doesNotHaveDuplicates()
        .hasSize(2000);
  }

  @Test
  void should_divide_one_document_into_three() {
    TextCorpus novel = new TextCorpus("novel", List.of(lines(0, 1000)));

    TextSplit split = TextSplit.of(novel.name(), novel::read, HeldOut.DEFAULT.withShares(0.1, 0.2));

    Documents test = split.test().orElseThrow();
    assertThat(linesOf(split.train(), split.valid(), test))
        .containsExactlyInAnyOrderElementsOf(linesOf(novel));
    assertThat(linesOf(split.train())).hasSizeBetween(685, 715);
    assertThat(linesOf(split.valid())).hasSizeBetween(90, 110);
    assertThat(linesOf(test)).hasSizeBetween(190, 210);
  }

  @Test
  void should_hold_out_of_every_class_that_has_two_texts_to_spare() {
    List<List<String>> examples = new ArrayList<>();
    Random random = new Random(3);
    for (int label = 0; label < 30; label++) {
      for (int i = 0; i < 1 + 4 * label; i++) {
        String text = words(examples.size(), 1 + random.nextInt(200));
        examples.add(List.of("c" + label, text));
      }
    }
    RowCorpus corpus = RowCorpus.of(RecordKind.CLASS, "mine", examples);

    for (int seed = 0; seed < 20; seed++) {
      Split<RowCorpus> split = corpus.divide(new HeldOut(0.05, 0.05, seed));

      assertThat(split.train().labels().size()).isEqualTo(30);
      for (int label = 10; label < 30; label++) {
        double wanted = 0.05 * (1 + 4 * label);
        assertThat((double) count(split.valid(), "c" + label))
            .as("held-out texts of class %d", label)
            .isCloseTo(wanted, within(1.0))
            .isGreaterThan(0);
      }
    }
  }

  @Test
  void should_keep_equal_texts_of_two_classes_on_one_side() {
    List<List<String>> examples = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      examples.add(List.of(i < 200 ? "a" : "b", words(i % 200, 2)));
    }

    Split<RowCorpus> split =
        RowCorpus.of(RecordKind.CLASS, "twins", examples)
            .divide(HeldOut.DEFAULT.withShares(0.2, 0));

    assertThat(split.train().texts().documents())
        .doesNotContainAnyElementsOf(split.valid().texts().documents());
    assertThat(split.valid().size()).isBetween(76, 84);
  }

  @Test
  void should_divide_text_without_spaces() {
    List<String> novels =
        LongStream.range(0, 3)
            .mapToObj(
                seed ->
                    new Random(seed)
                        .ints(5000, 0x4E00, 0x9FA5)
                        .collect(
                            StringBuilder::new,
                            StringBuilder::appendCodePoint,
                            StringBuilder::append)
                        .toString())
            .toList();
    TextCorpus corpus = new TextCorpus("novels", novels);

    TextSplit split = TextSplit.of(corpus, SHARE);

    assertThat((double) split.valid().length() / corpus.length()).isCloseTo(SHARE, within(0.01));
    assertThat(split.train().length() + split.valid().length()).isEqualTo(corpus.length());
  }

  private static HeldOut.Unit unit(String text) {
    HeldOut.Unit unit = HeldOut.Unit.of(text, "");
    return new HeldOut.Unit(unit.hash(), unit.group(), text.length(), "");
  }

  private static RowCorpus shortAndLong(int each, String ofShort, String ofLong) {
    List<List<String>> examples = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      examples.add(List.of(ofShort, words(i, 3)));
      examples.add(List.of(ofLong, words(i, 60)));
    }
    return RowCorpus.of(RecordKind.CLASS, "mine", examples);
  }

  private static TextCorpus novels() {
    return new TextCorpus(
        "novels", IntStream.range(0, 6).mapToObj(i -> lines(i * 1000, 400 + 100 * i)).toList());
  }

  private static List<String> linesOf(Documents... sets) {
    return Stream.of(sets).flatMap(set -> Texts.of(set).stream()).flatMap(String::lines).toList();
  }

  private static String lines(int from, int count) {
    return String.join(
        "\n", IntStream.range(from, from + count).mapToObj(i -> words(i, 12)).toList());
  }

  /** Documents of 20 to 500 words, none as long as a twentieth of all. */
  private static List<String> ofManyLengths(int count) {
    Random random = new Random(count);
    ToLongFunction<Integer> length =
        i -> Math.min(500, Math.round(20 + Math.exp(3 + 1.2 * random.nextGaussian())));
    return IntStream.range(0, count).mapToObj(i -> words(i, (int) length.applyAsLong(i))).toList();
  }

  /** With letters for the digits of the number, which would not make texts different. */
  private static String words(int number, int words) {
    StringBuilder name = new StringBuilder();
    Integer.toString(number).chars().forEach(digit -> name.append((char) (digit - '0' + 'k')));
    return "text " + name + " goes on" + " and on".repeat(words);
  }

  private static long count(RowCorpus corpus, String label) {
    return corpus.column(0).stream().filter(label::equals).count();
  }
}
