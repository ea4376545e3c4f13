package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Transformer block: residual branches one after another, each with a normalisation before or after
 * it and dropout in training. An encoder block has {@code attention} and {@code feedForward}; a
 * decoder block also has {@code crossAttention} between them. The feed-forward part may be a MoE
 * layer. The block adds the residual, not the MoE layer.
 */
public final class Block implements Layer {
  private final Sequential branches;

  /**
   * Creates a block from its branches.
   *
   * @param scope contains the norm of each branch, e.g. {@code attentionNorm} for {@code attention}
   * @param norms kind and placement of the norm of each branch
   * @param dropout dropout rate of every branch, in [0, 1)
   * @param branches branches by name, in the order of the map (a {@link java.util.LinkedHashMap});
   *     at least one
   */
  public Block(Scope scope, Norms norms, double dropout, Map<String, ? extends Layer> branches) {
    List<Layer> residuals = new ArrayList<>();
    branches.forEach(
        (name, branch) -> {
          Norm norm = new Norm(scope.child(name + "Norm"), norms.width(), norms.config());
          Layer dropped = Sequential.of(branch, new Dropout(scope.child(name), dropout));
          residuals.add(new Residual(scope.kernels(), norms.placement(), norm, dropped));
        });
    this.branches = new Sequential(residuals);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return branches.forward(x, pass);
  }

  @Override
  public List<Parameter> parameters() {
    return branches.parameters();
  }

  /** A branch that adds to its input, normalised before or after it. */
  private record Residual(Kernels kernels, NormPlacement placement, Norm norm, Layer branch)
      implements Layer {
    @Override
    public Output forward(INDArray x, Pass pass) {
      return placement == NormPlacement.BEFORE ? preNormalized(x, pass) : postNormalized(x, pass);
    }

    private Output preNormalized(INDArray x, Pass pass) {
      Output normed = norm.forward(x);
      Output out = branch.forward(normed.value(), pass);
      return new Output(
          kernels.add(x, out.value()),
          dy -> {
            INDArray dx = normed.pullback().pull(out.pullback().pull(dy));
            kernels.addInto(dx, dy);
            return dx;
          },
          out.reports());
    }

    private Output postNormalized(INDArray x, Pass pass) {
      Output out = branch.forward(x, pass);
      Output normed = norm.forward(kernels.add(x, out.value()));
      return new Output(
          normed.value(),
          dy -> {
            INDArray dSum = normed.pullback().pull(dy);
            INDArray dx = out.pullback().pull(dSum);
            kernels.addInto(dSum, dx);
            return dSum;
          },
          out.reports());
    }

    @Override
    public List<Parameter> parameters() {
      return Sequential.of(norm, branch).parameters();
    }
  }

  /**
   * The normalisations of a block's branches.
   *
   * @param placement before or after each branch
   * @param width d, the hidden size
   * @param config of each normalisation
   */
  public record Norms(NormPlacement placement, int width, NormConfig config) {

    /** Creates layer normalisations with {@link NormConfig#DEFAULT_EPSILON}. */
    public Norms(NormPlacement placement, int width) {
      this(placement, width, NormConfig.LAYER);
    }
  }

  /** The position of the norms of a block (Xiong et al., arXiv 2002.04745). */
  public enum NormPlacement {
    /** {@code y = x + branch(norm(x))}: GPT-2, fairseq's {@code normalize_before}. */
    BEFORE,
    /** {@code y = norm(x + branch(x))}: the original Transformer, BERT and RoBERTa. */
    AFTER
  }
}
