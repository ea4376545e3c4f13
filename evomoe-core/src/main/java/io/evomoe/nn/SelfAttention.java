package io.evomoe.nn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2.2). One projection makes queries,
 * keys and values side by side; heads are equal column ranges of each. Padded tokens are not seen.
 * With a {@link KeyValueCache} a causal one sees what earlier passes read.
 */
public final class SelfAttention implements Layer {
  private final Kernels kernels;
  private final String name;
  private final int width;
  private final int heads;
  private final boolean causal;
  private final Linear qkv;
  private final Linear projection;

  /**
   * Makes the two projections.
   *
   * @param scope holds {@code qkv} [d, 3d] and {@code projection} [d, d]
   * @param heads divides the width
   * @param causal whether a position sees no later ones
   */
  public SelfAttention(
      Scope scope, int width, int heads, boolean causal, Initialization initialization) {
    requireHeads(width, heads);
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.width = width;
    this.heads = heads;
    this.causal = causal;
    this.qkv = new Linear(scope.child("qkv"), width, 3 * width, initialization.deviation());
    this.projection =
        new Linear(scope.child("projection"), width, width, initialization.residualDeviation());
  }

  static void requireHeads(int width, int heads) {
    if (heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "heads must be at least 1 and divide the width " + width + ", was " + heads);
    }
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    KeyValueCache cache = pass.cache();
    return cache == null ? attend(x, pass) : attendCached(x, pass, cache);
  }

  private Output attendCached(INDArray x, Pass pass, KeyValueCache cache) {
    if (!causal) {
      throw new IllegalArgumentException(
          "a key-value cache needs a causal attention, " + name + " is not");
    }
    TokenBatch tokens = pass.tokens();
    INDArray mixed = qkv.forward(x, pass).value();
    INDArray all = cache.append(name, Columns.of(mixed, width, 2L * width), tokens);
    boolean several = tokens.length() > 1;
    AttentionShape shape =
        new AttentionShape(tokens.sequences(), heads, tokens.length(), cache.capacity(), several);
    INDArray attended =
        kernels
            .attention(
                part(mixed, 0),
                Columns.of(all, 0, width),
                Columns.of(all, width, width),
                shape,
                cache.padding())
            .output();
    return new Output(projection.forward(attended, pass).value(), KeyValueCache.NO_BACKWARD);
  }

  private Output attend(INDArray x, Pass pass) {
    TokenBatch tokens = pass.tokens();
    AttentionShape shape =
        new AttentionShape(tokens.sequences(), heads, tokens.length(), tokens.length(), causal);
    Output mixed = qkv.forward(x, pass);
    Attended attended =
        kernels.attention(
            part(mixed.value(), 0),
            part(mixed.value(), 1),
            part(mixed.value(), 2),
            shape,
            tokens.keyPadding());
    Output projected = projection.forward(attended.output(), pass);
    return new Output(
        projected.value(),
        dy -> {
          INDArray dAttended = projected.pullback().pull(dy);
          INDArray dMixed = Nd4j.createUninitialized(x.dataType(), x.size(0), 3L * width);
          attended.pull(dAttended, part(dMixed, 0), part(dMixed, 1), part(dMixed, 2));
          return mixed.pullback().pull(dMixed);
        });
  }

  /** Columns of queries (0), keys (1) or values (2). */
  private INDArray part(INDArray mixed, int which) {
    return Columns.of(mixed, (long) which * width, width);
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(qkv, projection).flatMap(layer -> layer.parameters().stream()).toList();
  }
}
