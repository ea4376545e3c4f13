package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.testing.RandomArrays;
import io.evomoe.testing.Scratch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Decoding with cached keys and values against reading every sequence anew. */
class KeyValueCacheTest {
  private static final int WIDTH = 6;
  private static final int LENGTH = 5;
  private static final int SOURCE = 4;

  private final Kernels kernels = KernelSelection.forType(DataType.FLOAT);
  private final Scope scope = Scope.root(3, kernels).child("layer");
  private final Layer decoder =
      disturbed(Sequential.of(block(scope.child(0)), block(scope.child(1))));
  private final boolean[] padding = {false, false, false, true, false, false, false, false};
  private final Memory memory =
      new Memory(random(2, 2 * SOURCE), new TokenBatch(SOURCE, new int[8], padding), kernels);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void should_equal_an_uncached_decoder(int prompt) {
    INDArray x = random(1, 2 * LENGTH);
    INDArray expected = uncached(x, 2, memory);
    KeyValueCache cache = new KeyValueCache(2, LENGTH + 2, kernels);
    for (int from = 0; from < LENGTH; from = cache.length()) {
      int tokens = from == 0 ? prompt : 1;
      INDArray y = step(rows(x, 2, from, tokens), 2, cache);
      assertClose(y, rows(expected, 2, from, tokens));
    }
  }

  @Test
  void should_go_on_from_another_sequence_after_a_reorder() {
    INDArray x = random(1, 4 * LENGTH);
    int[] order = {1, 0, 3, 3}; // two sequences for each source
    KeyValueCache cache = new KeyValueCache(4, LENGTH, kernels);
    step(rows(x, 4, 0, 3), 4, cache);
    cache.reorder(order);
    INDArray text = x.dup();
    for (int i = 0; i < 4; i++) {
      for (int t = 0; t < 3; t++) {
        text.getRow(i * LENGTH + t).assign(x.getRow(order[i] * LENGTH + t));
      }
    }
    INDArray expected = uncached(text, 4, memory);
    for (int t = 3; t < LENGTH; t++) {
      assertClose(step(rows(x, 4, t, 1), 4, cache), rows(expected, 4, t, 1));
    }
  }

  @Test
  void should_refuse_an_order_across_sources() {
    KeyValueCache cache = new KeyValueCache(4, LENGTH, kernels);
    step(random(1, 4), 4, cache);

    cache.reorder(new int[] {1, 1, 3, 2});
    assertThatIllegalArgumentException().isThrownBy(() -> cache.reorder(new int[] {0, 2, 2, 3}));
  }

  @Test
  void should_not_see_padded_tokens_of_a_prompt() {
    INDArray x = random(1, 6);
    TokenBatch padded = new TokenBatch(2, new int[4], new boolean[] {false, true, false, false});
    KeyValueCache cache = new KeyValueCache(2, 3, kernels);
    run(rows(x, 2, 0, 2), padded, cache);
    INDArray after = step(rows(x, 2, 2, 1), 2, cache);

    x.getRow(1).assign(random(7, 1).getRow(0));
    KeyValueCache other = new KeyValueCache(2, 3, kernels);
    run(rows(x, 2, 0, 2), padded, other);
    assertClose(step(rows(x, 2, 2, 1), 2, other), after);
  }

  @Test
  void should_refuse_what_does_not_fit() {
    KeyValueCache cache = new KeyValueCache(2, 2, kernels);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> step(random(1, 6), 2, cache))
        .withMessage("a sequence must have at most 2 tokens (capacity of the cache), had 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> step(random(1, 3), 3, cache))
        .withMessage("a pass must have the 2 sequences of its cache, had 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache.reorder(new int[] {0, 2}))
        .withMessage(
            "order must have one of the 2 sequences for each, with the same memory, was [0, 2]");
    assertThatIllegalArgumentException().isThrownBy(() -> cache.reorder(new int[] {0}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache.advance(3))
        .withMessage("tokens must be in 1..2, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KeyValueCache(0, 2, kernels))
        .withMessage("sequences and capacity must be at least 1, were 0 and 2");
    cache.advance(1);
    Pass two = pass(1, 2, new KeyValueCache(1, 4, kernels));
    java.util.Objects.requireNonNull(two.cache()).advance(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.forward(random(1, 2), two))
        .withMessage("a pass must read 1 token a sequence once its cache holds some, read 2");
  }

  @Test
  void should_refuse_a_backward_pass_and_a_bidirectional_attention() {
    KeyValueCache cache = new KeyValueCache(2, 3, kernels);
    Output output = decoder.forward(random(1, 2), pass(2, 1, cache));
    assertThatIllegalStateException()
        .isThrownBy(() -> output.pullback().pull(random(1, 2)))
        .withMessage("a pass with a key-value cache has no backward pass");
    Layer both =
        new SelfAttention(scope, AttentionConfig.plain(WIDTH, 2), false, LayerFixture.LARGE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> both.forward(random(1, 2), pass(2, 1, cache)))
        .withMessage("a key-value cache needs a causal attention, layer is not");
  }

  private INDArray step(INDArray x, int sequences, KeyValueCache cache) {
    int tokens = x.rows() / sequences;
    return run(x, TokenBatch.of(tokens, new int[x.rows()]), cache);
  }

  /** In a workspace, which the cache must outlive. */
  private INDArray run(INDArray x, TokenBatch tokens, KeyValueCache cache) {
    Pass pass = LayerFixture.pass(tokens).withMemory(memory).withCache(cache);
    INDArray[] y = new INDArray[1];
    Scratch.compute(
        () -> {
          y[0] = decoder.forward(x, pass).value().detach();
          return 0;
        });
    cache.advance(tokens.length());
    return y[0];
  }

  private Pass pass(int sequences, int tokens, KeyValueCache cache) {
    return LayerFixture.pass(sequences, tokens).withMemory(memory).withCache(cache);
  }

  private INDArray uncached(INDArray x, int sequences, Memory of) {
    Pass pass = LayerFixture.pass(sequences, x.rows() / sequences).withMemory(of);
    return decoder.forward(x, pass).value();
  }

  /** Rows of positions {@code from} and on of each sequence. */
  private static INDArray rows(INDArray x, int sequences, int from, int tokens) {
    int length = x.rows() / sequences;
    INDArray rows = random(0, sequences * tokens);
    for (int i = 0; i < sequences * tokens; i++) {
      rows.getRow(i).assign(x.getRow(i / tokens * length + from + i % tokens));
    }
    return rows;
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
  }

  private static INDArray random(long seed, int rows) {
    return RandomArrays.gaussian(DataType.FLOAT, seed, rows, WIDTH);
  }

  private static Block block(Scope scope) {
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put(
        "attention",
        new SelfAttention(
            scope.child("attention"), AttentionConfig.plain(WIDTH, 2), true, LayerFixture.LARGE));
    branches.put(
        "crossAttention",
        new CrossAttention(scope.child("crossAttention"), WIDTH, 2, LayerFixture.LARGE));
    branches.put(
        "feedForward",
        new FeedForward(
            scope.child("feedForward"),
            FeedForwardConfig.plain(WIDTH, 8, ActivationFunction.GELU),
            LayerFixture.LARGE));
    return new Block(scope, new Norms(NormPlacement.BEFORE, WIDTH), 0, branches);
  }
}
