package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.transformer.SentenceSearch.Hypothesis;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.TokenBatch;
import io.evomoe.testing.Differences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TranslationTest {
  private static final int END = SmallTransformer.END;
  private static final int LIMIT = SmallTransformer.POSITIONS - 1;
  private static final List<int[]> SOURCES =
      List.of(
          new int[] {4, 9, 4, 10, 3},
          new int[] {10},
          new int[] {3, 5, 7, 3, 8, 9, 6},
          new int[] {},
          new int[] {7, 5, 8},
          new int[] {6, 0, 1, 5, 9, 9});

  private final Transformer model = Backwards.trained();
  private final Translation translation = new Translation(model, Backwards.context(), END);

  @Test
  void should_add_the_likeliest_token_each_time_where_greedy() {
    List<int[]> translations = translation.translate(SOURCES, Search.greedy());

    for (int i = 0; i < SOURCES.size(); i++) {
      assertThat(translations.get(i)).as("sentence %d", i).isEqualTo(greedy(SOURCES.get(i)));
    }
    assertThat(translations).map(found -> found.length).contains(0, 1, 3, 4);
  }

  /** The likeliest next tokens, all read again at each step. */
  private int[] greedy(int[] source) {
    int[] text = {};
    while (text.length < LIMIT) {
      int next = after(model, source, text).argMax().getInt(0);
      if (next == END) {
        return text;
      }
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = next;
    }
    return text;
  }

  /** Logits after a beginning, nothing cached. */
  private static INDArray after(Transformer model, int[] source, int[] text) {
    int[] begun = SmallTransformer.begun(text);
    Memory memory = model.encode(SmallTransformer.source(0, source), Backwards.context());
    return model
        .nextTokenLogits(TokenBatch.of(begun.length, begun), memory, null, Backwards.context())
        .getRow(0);
  }

  /** A table may have more rows than there are tokens. */
  @Test
  void should_write_the_tokens_that_there_are() {
    for (int tokens = END + 1; tokens <= SmallTransformer.VOCABULARY; tokens++) {
      int last = tokens;
      Translation few = new Translation(model, Backwards.context(), END, tokens);
      for (int beam : new int[] {1, 3}) {
        assertThat(few.translate(SOURCES, new Search(beam, 0.6, 6, 4)))
            .allMatch(ids -> Arrays.stream(ids).allMatch(id -> id < last));
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Translation(model, Backwards.context(), END, 12))
        .withMessage("tokens must be in 1..11, was 12");
  }

  @Test
  void should_translate_a_sentence_as_if_it_were_alone() {
    for (int beam : new int[] {1, 3}) {
      Search together = new Search(beam, 0.6, 6, 4);
      List<int[]> expected = new ArrayList<>();
      for (int[] source : SOURCES) {
        expected.addAll(translation.translate(List.of(source), together));
      }
      List<int[]> backwards = new ArrayList<>(SOURCES);
      Collections.reverse(backwards);
      List<int[]> found = new ArrayList<>(translation.translate(backwards, together));
      Collections.reverse(found);

      assertThat(translation.translate(SOURCES, together)).containsExactlyElementsOf(expected);
      assertThat(found).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void should_compute_from_cached_keys_and_values_what_it_computes_without() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Transformer each = SmallTransformer.spawned(type);
      Memory memory =
          each.encode(
              SmallTransformer.source(1, SOURCES.get(0), SOURCES.get(4)), Backwards.context());
      KeyValueCache cache = new KeyValueCache(2, 6, KernelSelection.forType(type));
      int[][] texts = {{}, {}};
      int[] next = {END, END};
      for (int length = 0; length < 6; length++) {
        INDArray cached =
            each.nextTokenLogits(TokenBatch.of(1, next), memory, cache, Backwards.context());
        for (int i = 0; i < 2; i++) {
          INDArray expected = after(each, SOURCES.get(4 * i), texts[i]);
          assertThat(Differences.relative(cached.getRow(i), expected))
              .isLessThan(type == DataType.DOUBLE ? 1e-12 : 1e-5);
          next[i] = (3 * length + 5 * i) % SmallTransformer.VOCABULARY;
          texts[i] = Arrays.copyOf(texts[i], length + 1);
          texts[i][length] = next[i];
        }
      }
    }
  }

  @Test
  void should_find_the_best_of_all_translations_where_the_beam_holds_them_all() {
    StackConfig stack =
        StackConfig.of(1, 6, 2)
            .withIntermediateSize(8)
            .withExperts(1)
            .withMoeEvery(2)
            .withActivation(ActivationFunction.RELU);
    Transformer tiny =
        SmallTransformer.of(
            new TransformerConfig(4, SmallTransformer.POSITIONS, stack, stack, 0),
            SmallTransformer.DENSE,
            Map.of(),
            DataType.DOUBLE);
    Translation translations = new Translation(tiny, Backwards.context(), END);
    List<int[]> sources = List.of(new int[] {0}, new int[] {1, 3, 0}, new int[] {3, 3});
    for (int[] source : sources) {
      List<Hypothesis> all = new ArrayList<>();
      addAll(tiny, source, Hypothesis.empty(END), all);
      for (double penalty : new double[] {0, 0.6, 3}) {
        Search search = new Search(40, penalty, 3, 2);
        Hypothesis best =
            Collections.max(
                all,
                Comparator.comparingDouble(
                    each -> search.score(each.logProbability(), each.length())));
        assertThat(translations.translate(List.of(source, new int[] {0}), search).get(0))
            .isEqualTo(Arrays.copyOf(best.tokens(), best.length() - 1));
      }
    }
  }

  /** Adds every translation that begins so, its end included. */
  private static void addAll(
      Transformer tiny, int[] source, Hypothesis begun, List<Hypothesis> all) {
    double[] logits = after(tiny, source, begun.tokens()).toDoubleVector();
    double logSum = Math.log(Arrays.stream(logits).map(Math::exp).sum());
    all.add(begun.and(0, END, logits[END] - logSum));
    for (int token = 0; token < logits.length && begun.length() < 3; token++) {
      if (token != END) {
        addAll(tiny, source, begun.and(0, token, logits[token] - logSum), all);
      }
    }
  }

  @Test
  void should_never_score_worse_with_a_beam_that_holds_more() {
    double[] sums = new double[2];
    for (int[] source : SOURCES) {
      for (int i = 0; i < 2; i++) {
        Search search = new Search(i == 0 ? 1 : 4, 0, 6, 4);
        int[] found = translation.translate(List.of(source), search).get(0);
        sums[i] += logProbability(source, found);
      }
    }

    assertThat(sums[1]).isGreaterThanOrEqualTo(sums[0]);
  }

  private double logProbability(int[] source, int[] text) {
    double sum = 0;
    for (int length = 0; length <= text.length; length++) {
      double[] logits = after(model, source, Arrays.copyOf(text, length)).toDoubleVector();
      int next = length < text.length ? text[length] : END;
      sum += logits[next] - Math.log(Arrays.stream(logits).map(Math::exp).sum());
    }
    return sum;
  }

  @Test
  void should_keep_to_the_longest_length() {
    for (int beam : new int[] {1, 3}) {
      assertThat(translation.translate(SOURCES, new Search(beam, 9, 2, 32)))
          .allMatch(found -> found.length <= 2);
      assertThat(translation.translate(SOURCES, Search.beam(beam, 9)))
          .allMatch(found -> found.length <= LIMIT)
          .anyMatch(found -> found.length > 2);
    }
  }

  @Test
  void should_translate_nothing_to_nothing_and_refuse_long_sentences_and_unknown_tokens() {
    assertThat(translation.translate(List.of(), Search.greedy())).isEmpty();
    assertThat(translation.longestSource()).isEqualTo(7);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translation.translate(List.of(new int[1], new int[8]), Search.greedy()))
        .withMessage("sentence 2 must have at most 7 tokens, had 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translation.translate(List.of(new int[] {11}), Search.greedy()))
        .withMessage("id must be in 0..10, was 11 (tokens.weight)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Translation(model, SmallTransformer.evaluation(), 11))
        .withMessage("end must be in 0..10, was 11");
  }
}
