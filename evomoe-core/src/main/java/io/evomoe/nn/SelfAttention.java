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
 * keys and values side by side; heads are equal column ranges of each.
 */
public final class SelfAttention implements Layer {
  private final Kernels kernels;
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
    if (heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "heads must be at least 1 and divide the width " + width + ", was " + heads);
    }
    this.kernels = scope.kernels();
    this.width = width;
    this.heads = heads;
    this.causal = causal;
    this.qkv = new Linear(scope.child("qkv"), width, 3 * width, initialization.deviation());
    this.projection =
        new Linear(scope.child("projection"), width, width, initialization.residualDeviation());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    TokenBatch tokens = pass.tokens();
    AttentionShape shape =
        new AttentionShape(tokens.sequences(), heads, tokens.length(), tokens.length(), causal);
    Output mixed = qkv.forward(x, pass);
    INDArray q = part(mixed.value(), 0);
    INDArray k = part(mixed.value(), 1);
    INDArray v = part(mixed.value(), 2);
    Attended attended = kernels.attention(q, k, v, shape, tokens.keyPadding());
    Output projected = projection.forward(attended.output(), pass);
    return new Output(
        projected.value(),
        dy -> {
          INDArray dAttended = projected.pullback().pull(dy);
          INDArray dMixed = Nd4j.createUninitialized(x.dataType(), x.size(0), 3L * width);
          kernels.attentionGradient(
              q,
              k,
              v,
              attended,
              shape,
              dAttended,
              part(dMixed, 0),
              part(dMixed, 1),
              part(dMixed, 2));
          return mixed.pullback().pull(dMixed);
        });
  }

  /** Columns of queries (0), keys (1) or values (2). */
  private INDArray part(INDArray mixed, int which) {
    long[] shape = {mixed.size(0), width};
    long[] strides = {3L * width, 1};
    return Nd4j.create(mixed.data(), shape, strides, mixed.offset() + (long) which * width, 'c');
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(qkv, projection).flatMap(layer -> layer.parameters().stream()).toList();
  }
}
