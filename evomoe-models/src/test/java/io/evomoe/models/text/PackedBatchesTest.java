package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.kernel.AttentionShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedBatchesTest {
  private static final int LENGTH = 5;

  @Test
  void should_ask_for_the_next_token_of_the_stream() {
    PackedBatches batches = counting(1 + 20 * LENGTH, 3, 7);

    for (int index = 0; index < 30; index++) {
      LanguageBatch batch = batches.batch(index);
      int[] ids = batch.tokens().ids();
      int[] targets = batch.targets();
      for (int i = 0; i < ids.length; i++) {
        assertThat(targets[i]).isEqualTo(ids[i] + 1);
        assertThat(ids[i] % LENGTH).isEqualTo(i % LENGTH);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"20,4", "20,3", "3,7", "1,1", "1,4"})
  void should_visit_every_window_once_an_epoch(int windows, int sequences) {
    PackedBatches batches = counting(1 + windows * LENGTH, sequences, 11);
    List<Integer> visited = new ArrayList<>();
    for (int index = 0; visited.size() < 3 * windows; index++) {
      visited.addAll(windows(batches.batch(index)));
    }

    assertThat(batches.size()).isEqualTo(windows);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(visited.subList(epoch * windows, (epoch + 1) * windows))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, windows).boxed().toList());
    }
  }

  @Test
  void should_order_each_epoch_and_each_seed_anew() {
    PackedBatches batches = counting(1 + 40 * LENGTH, 40, 1);
    List<Integer> first = windows(batches.batch(0));

    assertThat(windows(batches.batch(1))).isNotEqualTo(first);
    assertThat(windows(counting(1 + 40 * LENGTH, 40, 2).batch(0))).isNotEqualTo(first);
  }

  @Test
  void should_give_the_same_batch_again_and_out_of_order() {
    PackedBatches forwards = counting(1 + 20 * LENGTH, 3, 5);
    List<List<Integer>> seen = new ArrayList<>();
    for (int index = 0; index < 50; index++) {
      seen.add(windows(forwards.batch(index)));
    }

    PackedBatches backwards = counting(1 + 20 * LENGTH, 3, 5);
    for (int index = 49; index >= 0; index--) {
      assertThat(windows(backwards.batch(index))).isEqualTo(seen.get(index));
      assertThat(windows(forwards.batch(index))).isEqualTo(seen.get(index));
    }
  }

  @Test
  void should_leave_out_the_rest_that_fills_no_window() {
    assertThat(counting(2 * LENGTH, 1, 0).size()).isEqualTo(1);
    assertThat(counting(2 * LENGTH + 1, 1, 0).size()).isEqualTo(2);
  }

  @Test
  void should_evaluate_the_first_windows_in_order() {
    PackedBatches batches = counting(1 + 10 * LENGTH, 4, 3);

    assertThat(evaluated(batches, 2)).containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7));
    assertThat(evaluated(batches, Integer.MAX_VALUE))
        .containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7), List.of(8, 9));
  }

  /** Token 3 ends a document; the fifth window begins with an end and has two in a row. */
  @Test
  void should_divide_windows_into_documents_where_asked() {
    int[] ids = {0, 1, 3, 0, 1, 2, 2, 2, 2, 3, 0, 3, 1, 3, 1, 0, 0, 0, 0, 0, 3, 3, 1, 3, 0, 0};
    TokenStream stream = new TokenStream("texts", ids);
    PackedBatches plain = new PackedBatches(stream, LENGTH, 5, 7);
    PackedBatches divided = new PackedBatches(stream, LENGTH, 5, 7, OptionalInt.of(3));

    assertThat(plain.batch(0).tokens().hasDocuments()).isFalse();
    LanguageBatch evaluated = divided.evaluationBatches(1).get(0);
    assertThat(evaluated.tokens().ids()).isEqualTo(Arrays.copyOf(ids, 25));
    assertThat(seenBy(evaluated, 0)).containsExactly("xxx..", "xxx..", "xxx..", "...xx", "...xx");
    assertThat(seenBy(evaluated, 1)).containsOnly("xxxxx");
    assertThat(seenBy(evaluated, 2)).containsExactly("xx...", "xx...", "..xx.", "..xx.", "....x");
    assertThat(seenBy(evaluated, 4)).containsExactly("x....", ".x...", "..xx.", "..xx.", "....x");
    LanguageBatch batch = divided.batch(3);
    assertThat(batch.tokens().ids()).isEqualTo(plain.batch(3).tokens().ids());
    assertThat(batch.targets()).isEqualTo(plain.batch(3).targets());
    for (int i = 0; i < 5; i++) {
      int window = windowOf(batch, i, ids);
      assertThat(seenBy(batch, i)).isEqualTo(seenBy(evaluated, window));
    }
  }

  /** Number of the window, all of which differ, that a sequence is. */
  private static int windowOf(LanguageBatch batch, int sequence, int[] stream) {
    int[] read =
        Arrays.copyOfRange(batch.tokens().ids(), sequence * LENGTH, (sequence + 1) * LENGTH);
    return IntStream.range(0, 5)
        .filter(w -> Arrays.equals(stream, w * LENGTH, (w + 1) * LENGTH, read, 0, LENGTH))
        .findFirst()
        .orElseThrow();
  }

  /** What each token of a sequence sees of it, without a causal mask. */
  private static List<String> seenBy(LanguageBatch batch, int sequence) {
    AttentionShape shape = new AttentionShape(batch.tokens().sequences(), 1, LENGTH, LENGTH, false);
    float[] mask = new float[LENGTH * LENGTH];
    batch.tokens().attentionMask().write(shape, sequence, 0, LENGTH, LENGTH, mask, 0);
    return IntStream.range(0, LENGTH)
        .mapToObj(
            query ->
                IntStream.range(0, LENGTH)
                    .mapToObj(key -> mask[query * LENGTH + key] == 0 ? "x" : ".")
                    .collect(Collectors.joining()))
        .toList();
  }

  @Test
  void should_refuse_a_stream_shorter_than_one_sequence() {
    assertThat(counting(LENGTH + 1, 1, 0).size()).isEqualTo(1);
    assertThatThrownBy(() -> counting(LENGTH, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "counting must have at least 6 tokens for one sequence of 5 and its targets, has 5: give more text, or a smaller model.sequence");
    assertThatThrownBy(() -> counting(0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void should_refuse_sizes_below_one_and_beyond_an_array() {
    TokenStream stream = new TokenStream("s", new int[100]);

    assertRefused(() -> new PackedBatches(stream, 0, 1, 0), "length must be at least 1, was 0");
    assertRefused(() -> new PackedBatches(stream, 1, 0, 0), "sequences must be at least 1, was 0");
    assertRefused(
        () -> new PackedBatches(stream, 64, 1 << 26, 0),
        "sequences times length must be at most 2147483647 tokens, was 67108864 times 64");
    PackedBatches batches = new PackedBatches(stream, 1, 1, 0);
    assertRefused(() -> batches.batch(-1), "batch index must be at least 0, was -1");
    assertRefused(
        () -> batches.evaluationBatches(0), "evaluation batches must be at least 1, was 0");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  private static PackedBatches counting(int tokens, int sequences, long seed) {
    TokenStream stream = new TokenStream("counting", IntStream.range(0, tokens).toArray());
    return new PackedBatches(stream, LENGTH, sequences, seed);
  }

  private static List<List<Integer>> evaluated(PackedBatches batches, int maxBatches) {
    return batches.evaluationBatches(maxBatches).stream().map(b -> windows(b)).toList();
  }

  private static List<Integer> windows(LanguageBatch batch) {
    return IntStream.range(0, batch.tokens().sequences())
        .map(i -> batch.tokens().id(i * LENGTH) / LENGTH)
        .boxed()
        .toList();
  }
}
