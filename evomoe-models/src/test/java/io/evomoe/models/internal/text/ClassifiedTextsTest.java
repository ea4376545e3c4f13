package io.evomoe.models.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.AsciiTokenizer;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.nn.TokenBatch;
import io.evomoe.testing.LogOf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassifiedTextsTest {
  private static final Tokenizer TOKENIZER = new AsciiTokenizer();
  private static final RowCorpus CORPUS =
      RowCorpus.of(
          RecordKind.CLASS,
          "numbers",
          IntStream.range(0, 25)
              .mapToObj(i -> List.of(i % 2 == 0 ? "even" : "odd", text(i)))
              .toList());

  @Test
  void should_visit_every_text_with_its_label_once_an_epoch() {
    CorpusBatches<ClassBatch> batches = batches(CORPUS, 64, 4, 1);
    List<Integer> visited = new ArrayList<>();
    for (int index = 0; index < 25; index++) {
      visited.addAll(numbers(batches.batch(index)));
    }

    List<Integer> all = IntStream.range(0, 25).boxed().toList();
    for (int epoch = 0; epoch < 4; epoch++) {
      assertThat(visited.subList(25 * epoch, 25 * epoch + 25))
          .containsExactlyInAnyOrderElementsOf(all);
    }
    assertThat(visited.subList(0, 25)).isNotEqualTo(visited.subList(25, 50));
  }

  @Test
  void should_give_the_same_batch_again_and_out_of_order() {
    CorpusBatches<ClassBatch> forwards = batches(CORPUS, 64, 4, 1);
    List<List<Integer>> seen = new ArrayList<>();
    for (int index = 0; index < 20; index++) {
      seen.add(numbers(forwards.batch(index)));
    }
    CorpusBatches<ClassBatch> backwards = batches(CORPUS, 64, 4, 1);
    for (int index = 19; index >= 0; index--) {
      assertThat(numbers(backwards.batch(index))).isEqualTo(seen.get(index));
    }
    assertThat(numbers(batches(CORPUS, 64, 4, 2).batch(0))).isNotEqualTo(seen.get(0));
  }

  @Test
  void should_enclose_texts_and_pad_to_the_longest() {
    ClassBatch batch = batches(CORPUS, 64, 25, 1).evaluationBatches(1).get(0);

    assertThat(batch.tokens().length()).isEqualTo(32);
    for (int i = 0; i < 25; i++) {
      int start = 32 * i;
      int length = text(i).length() + 2;
      assertThat(batch.tokens().id(start)).isEqualTo(0);
      assertThat(batch.tokens().id(start + length - 1)).isEqualTo(2);
      for (int position = 0; position < 32; position++) {
        assertThat(batch.tokens().isPadding(start + position)).isEqualTo(position >= length);
      }
    }
  }

  @Test
  void should_evaluate_the_first_texts_in_order() {
    List<ClassBatch> all = batches(CORPUS, 64, 10, 1).evaluationBatches(9);

    assertThat(all).hasSize(3);
    assertThat(numbers(all.get(0))).isEqualTo(IntStream.range(0, 10).boxed().toList());
    assertThat(numbers(all.get(2))).containsExactly(20, 21, 22, 23, 24);
    assertThat(batches(CORPUS, 64, 10, 1).evaluationBatches(2)).hasSize(2);
  }

  @Test
  void should_cut_long_texts_and_say_how_many() {
    List<ClassifiedTexts> made = new ArrayList<>();

    List<String> log = LogOf.running(ClassifiedTexts.class, () -> made.add(texts(CORPUS, 25)));

    assertThat(log).containsExactly("numbers: 2 of 25 texts have more than 25 tokens and were cut");
    assertThat(made.get(0).cut()).isEqualTo(2);
    assertThat(LogOf.running(ClassifiedTexts.class, () -> texts(CORPUS, 64))).isEmpty();
  }

  @Test
  void should_refuse_a_label_that_is_none_of_training() {
    List<String> labels = List.of("even");

    assertThatThrownBy(() -> new ClassifiedTexts(CORPUS, labels, TOKENIZER, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numbers, line 2: label must be one of the 1 of training, was odd");
  }

  @Test
  void should_refuse_labels_that_do_not_belong_to_the_sequences() {
    TokenBatch tokens = TokenBatch.of(1, new int[] {0, 0});

    for (int[] labels : new int[][] {{1}, {1, -1}}) {
      assertThatThrownBy(() -> new ClassBatch(tokens, labels))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "labels must be one a sequence (2) and at least 0, were " + Arrays.toString(labels));
    }
    assertThatThrownBy(() -> batches(CORPUS, 64, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sequences must be at least 1, was 0");
  }

  private static CorpusBatches<ClassBatch> batches(
      RowCorpus corpus, int limit, int sequences, long seed) {
    return texts(corpus, limit).batches(sequences, seed);
  }

  private static ClassifiedTexts texts(RowCorpus corpus, int limit) {
    return new ClassifiedTexts(corpus, corpus.labels(), TOKENIZER, limit);
  }

  /** A text whose length tells its number. */
  private static String text(int number) {
    return "x".repeat(number + 1);
  }

  /** Numbers of the texts, each checked against its label. */
  private static List<Integer> numbers(ClassBatch batch) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < batch.labels().length; i++) {
      int start = i * batch.tokens().length();
      int real = 0;
      for (int position = 0; position < batch.tokens().length(); position++) {
        real += batch.tokens().isPadding(start + position) ? 0 : 1;
      }
      numbers.add(real - 3);
      assertThat(batch.labels()[i]).isEqualTo((real - 3) % 2);
    }
    return numbers;
  }
}
