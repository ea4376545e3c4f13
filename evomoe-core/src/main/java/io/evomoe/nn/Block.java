package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pre-normalised Transformer block: {@code h = x + attention(norm(x))}, {@code y = h +
 * feedForward(norm(h))}, each branch with dropout in training. The feed-forward part may be an MoE
 * layer; its residual is added here, outside of it.
 */
public final class Block implements Layer {
  private final Kernels kernels;
  private final String name;
  private final double dropout;
  private final LayerNorm attentionNorm;
  private final Layer attention;
  private final LayerNorm feedForwardNorm;
  private final Layer feedForward;

  /**
   * Joins an attention and a feed-forward layer.
   *
   * @param scope holds {@code attentionNorm} and {@code feedForwardNorm}
   * @param dropout rate on both branches, in [0, 1)
   */
  public Block(Scope scope, int width, double dropout, Layer attention, Layer feedForward) {
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.dropout = dropout;
    this.attentionNorm = new LayerNorm(scope.child("attentionNorm"), width);
    this.attention = attention;
    this.feedForwardNorm = new LayerNorm(scope.child("feedForwardNorm"), width);
    this.feedForward = feedForward;
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    Output h = residual(x, attentionNorm, attention, pass, ".attention");
    Output y = residual(h.value(), feedForwardNorm, feedForward, pass, ".feedForward");
    return new Output(
        y.value(),
        dy -> h.pullback().pull(y.pullback().pull(dy)),
        Stream.concat(h.reports().stream(), y.reports().stream()).toList());
  }

  private Output residual(INDArray x, LayerNorm norm, Layer branch, Pass pass, String part) {
    Output normed = norm.forward(x, pass);
    Output out = branch.forward(normed.value(), pass);
    boolean drops = pass.step().training() && dropout > 0;
    long seed = CounterRandom.fold(pass.step().seed(), name + part);
    INDArray branchValue = drops ? kernels.dropout(out.value(), dropout, seed) : out.value();
    return new Output(
        kernels.add(x, branchValue),
        dy -> {
          INDArray dBranch = drops ? kernels.dropout(dy, dropout, seed) : dy;
          INDArray dx = normed.pullback().pull(out.pullback().pull(dBranch));
          kernels.addInto(dx, dy);
          return dx;
        },
        out.reports());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(attentionNorm, attention, feedForwardNorm, feedForward)
        .flatMap(layer -> layer.parameters().stream())
        .toList();
  }
}
