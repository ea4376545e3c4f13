package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskedBatchesTest {
  private static final Tokenizer TOKENIZER = new AsciiTokenizer();
  private static final int LENGTH = 12;
  private static final int INNER = LENGTH - 2;

  @Test
  void should_enclose_every_sequence_and_ask_for_what_the_stream_had() {
    TokenStream stream = letters(40 * INNER);
    MaskedBatches batches = new MaskedBatches(stream, TOKENIZER, LENGTH, 4, 3);

    for (int index = 0; index < 30; index++) {
      LanguageBatch batch = batches.batch(index);
      for (int sequence = 0; sequence < 4; sequence++) {
        int[] original = original(batch, sequence);
        assertThat(original[0]).isEqualTo(0);
        assertThat(original[LENGTH - 1]).isEqualTo(2);
        assertThat(window(stream, original)).isNotNegative();
      }
      assertThat(batch.tokens().realTokens()).isEqualTo(4 * LENGTH);
    }
  }

  @Test
  void should_visit_every_sequence_once_an_epoch_in_an_order_of_its_own() {
    TokenStream stream = letters(7 * INNER + 4);
    MaskedBatches batches = new MaskedBatches(stream, TOKENIZER, LENGTH, 2, 3);
    List<Integer> visited = new ArrayList<>();
    for (int index = 0; index < 14; index++) {
      for (int sequence = 0; sequence < 2; sequence++) {
        visited.add(window(stream, original(batches.batch(index), sequence)));
      }
    }

    assertThat(batches.size()).isEqualTo(7);
    for (int epoch = 0; epoch < 4; epoch++) {
      assertThat(visited.subList(7 * epoch, 7 * epoch + 7))
          .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
    }
    assertThat(visited.subList(0, 7)).isNotEqualTo(visited.subList(7, 14));
  }

  @Test
  void should_mask_anew_in_every_epoch() {
    MaskedBatches batches = new MaskedBatches(letters(100), TOKENIZER, 102, 1, 3);

    assertThat(batches.size()).isEqualTo(1);
    List<List<Integer>> targets =
        IntStream.range(0, 20).mapToObj(index -> boxed(batches.batch(index).targets())).toList();
    assertThat(targets).doesNotHaveDuplicates();
  }

  @Test
  void should_give_the_same_batch_again_and_out_of_order() {
    MaskedBatches forwards = new MaskedBatches(letters(95), TOKENIZER, LENGTH, 4, 3);
    List<List<Integer>> seen = new ArrayList<>();
    for (int index = 0; index < 20; index++) {
      seen.add(content(forwards.batch(index)));
    }
    MaskedBatches backwards = new MaskedBatches(letters(95), TOKENIZER, LENGTH, 4, 3);
    for (int index = 19; index >= 0; index--) {
      assertThat(content(backwards.batch(index))).isEqualTo(seen.get(index));
    }
    assertThat(content(new MaskedBatches(letters(95), TOKENIZER, LENGTH, 4, 4).batch(0)))
        .isNotEqualTo(seen.get(0));
  }

  @Test
  void should_choose_15_percent_and_split_them_80_10_10() {
    MaskedBatches batches = new MaskedBatches(letters(50_000), TOKENIZER, 52, 1000, 5);
    int[] kinds = new int[3];
    for (int index = 0; index < 10; index++) {
      LanguageBatch batch = batches.batch(index);
      int[] targets = batch.targets();
      for (int s = 0; s < targets.length; s++) {
        if (targets[s] >= 0) {
          int id = batch.tokens().id(s);
          kinds[id == AsciiTokenizer.MASK ? 0 : id == targets[s] ? 1 : 2]++;
        }
      }
    }

    double chosen = kinds[0] + kinds[1] + kinds[2];
    double sameByChance = 0.1 / 128;
    assertThat(chosen / 500_000).isCloseTo(0.15, within(0.001));
    assertThat(kinds[0] / chosen).isCloseTo(0.8, within(0.005));
    assertThat(kinds[1] / chosen).isCloseTo(0.1 + sameByChance, within(0.004));
    assertThat(kinds[2] / chosen).isCloseTo(0.1 - sameByChance, within(0.004));
  }

  @Test
  void should_never_choose_or_draw_a_special_token() {
    int[] ids = new int[2000];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % 2 == 0 ? new int[] {0, 1, 2, 3, AsciiTokenizer.MASK}[i / 2 % 5] : 'a' + 4;
    }
    MaskedBatches batches = new MaskedBatches(new TokenStream("s", ids), TOKENIZER, 102, 20, 5);

    for (int index = 0; index < 50; index++) {
      LanguageBatch batch = batches.batch(index);
      int[] targets = batch.targets();
      for (int s = 0; s < targets.length; s++) {
        assertThat(targets[s]).isIn(-1, 'a' + 4);
        if (targets[s] >= 0 && batch.tokens().id(s) != AsciiTokenizer.MASK) {
          assertThat(batch.tokens().id(s)).isBetween(4, AsciiTokenizer.MASK - 1);
        }
      }
    }
  }

  /** An added token of a tokenizer from outside, which stands for no text. */
  @Test
  void should_not_choose_or_draw_what_the_tokenizer_calls_special() {
    Tokenizer more =
        new AsciiTokenizer() {
          @Override
          public Set<Integer> specialIds() {
            return Set.of(2, 'b' + 4);
          }
        };
    int[] ids = IntStream.range(0, 2000).map(i -> 4 + (i % 2 == 0 ? 'a' : 'b')).toArray();
    MaskedBatches batches = new MaskedBatches(new TokenStream("s", ids), more, 102, 20, 5);

    for (int index = 0; index < 50; index++) {
      LanguageBatch batch = batches.batch(index);
      int[] targets = batch.targets();
      for (int s = 0; s < targets.length; s++) {
        assertThat(targets[s]).isIn(-1, 'a' + 4);
        assertThat(targets[s] >= 0 && batch.tokens().id(s) == 'b' + 4).isFalse();
      }
    }
  }

  @Test
  void should_choose_at_least_one_token_unless_all_are_special() {
    MaskedBatches one = new MaskedBatches(letters(50), TOKENIZER, 3, 50, 5);
    assertThat(one.batch(0).countedTargets()).isEqualTo(50);

    TokenStream ends = new TokenStream("s", new int[] {2, 2, 2});
    assertThat(new MaskedBatches(ends, TOKENIZER, 5, 1, 5).batch(0).countedTargets()).isZero();
  }

  @Test
  void should_evaluate_the_first_sequences_under_masks_of_no_seed() {
    TokenStream stream = letters(7 * INNER);
    List<LanguageBatch> held =
        new MaskedBatches(stream, TOKENIZER, LENGTH, 3, 5).evaluationBatches(2);
    List<LanguageBatch> again =
        new MaskedBatches(stream, TOKENIZER, LENGTH, 3, 6).evaluationBatches(9);

    assertThat(held).hasSize(2);
    assertThat(again).hasSize(3);
    assertThat(again.get(2).tokens().sequences()).isEqualTo(1);
    for (int i = 0; i < 2; i++) {
      assertThat(content(held.get(i))).isEqualTo(content(again.get(i)));
      for (int sequence = 0; sequence < 3; sequence++) {
        assertThat(window(stream, original(held.get(i), sequence))).isEqualTo(3 * i + sequence);
      }
    }
  }

  @Test
  void should_refuse_what_it_cannot_batch() {
    TokenStream stream = letters(9);
    assertRefused(stream, LENGTH, 1, "letters must have at least 10 tokens for one sequence of 12");
    assertRefused(stream, 2, 1, "length must be at least 3, was 2");
    assertRefused(stream, 5, 0, "sequences must be at least 1, was 0");
    assertThatThrownBy(() -> new MaskedBatches(stream, TOKENIZER, 5, 1, 1).batch(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch index must be at least 0, was -1");
  }

  private static void assertRefused(TokenStream stream, int length, int sequences, String why) {
    assertThatThrownBy(() -> new MaskedBatches(stream, TOKENIZER, length, sequences, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(why);
  }

  /** A stream without two equal windows. */
  private static TokenStream letters(int tokens) {
    int[] ids = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = 4 + (i % INNER == 0 ? i / INNER % 128 : (7 * i + i / 128) % 128);
    }
    return new TokenStream("letters", ids);
  }

  private static int[] original(LanguageBatch batch, int sequence) {
    int length = batch.tokens().length();
    int[] targets = batch.targets();
    return IntStream.range(sequence * length, (sequence + 1) * length)
        .map(s -> targets[s] >= 0 ? targets[s] : batch.tokens().id(s))
        .toArray();
  }

  private static int window(TokenStream stream, int[] original) {
    for (int window = 0; (window + 1) * INNER <= stream.size(); window++) {
      int start = window * INNER;
      int[] inner = IntStream.range(start, start + INNER).map(stream::id).toArray();
      if (Arrays.equals(inner, Arrays.copyOfRange(original, 1, LENGTH - 1))) {
        return window;
      }
    }
    return -1;
  }

  private static List<Integer> content(LanguageBatch batch) {
    return boxed(
        IntStream.concat(Arrays.stream(batch.tokens().ids()), Arrays.stream(batch.targets()))
            .toArray());
  }

  private static List<Integer> boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }
}
