package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Pass;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of a gate for one pass.
 *
 * @param routing assignments of tokens to experts
 * @param auxLoss loss that is added to the training loss, coefficient included; 0 if the gate has
 *     none. Its gradient flows through the pullback.
 * @param pullback the gate's backward pass
 */
public record Routed(Routing routing, double auxLoss, GatePullback pullback) {

  /** The backward pass of {@link Gate#route(INDArray, Pass)}. Call it at most once. */
  @FunctionalInterface
  public interface GatePullback {

    /**
     * Adds the gradients of the gate's parameters, including those of its auxiliary loss (weight
     * 1).
     *
     * @param gradient gradient of the loss with respect to the routing's weights and bypass
     * @return gradient with respect to the tokens [S, d], or null if there is none
     */
    @Nullable INDArray pull(RoutingGradient gradient);
  }

  /**
   * Gradient of the loss with respect to the numbers of a {@link Routing}. If kernels computed it,
   * the first call of {@link #weight} or {@link #bypass} copies it to the host and waits for it.
   * Gates that call neither method do not wait.
   */
  public static final class RoutingGradient {
    private final @Nullable Kernels kernels;
    private final @Nullable INDArray weightArray;
    private final @Nullable INDArray bypassArray;
    private double @Nullable [] weights;
    private double @Nullable [] bypass;

    /** Keeps both arrays: [A] for the weights, and [S] for the bypass or empty if there is none. */
    public RoutingGradient(double[] weights, double[] bypass) {
      this(null, null, null);
      this.weights = weights;
      this.bypass = bypass;
    }

    /**
     * Creates a gradient from arrays of kernels.
     *
     * @param weights [A], or null if A is 0
     * @param bypass [S], or null if there is none
     */
    RoutingGradient(
        @Nullable Kernels kernels, @Nullable INDArray weights, @Nullable INDArray bypass) {
      this.kernels = kernels;
      this.weightArray = weights;
      this.bypassArray = bypass;
    }

    /** Returns the gradient of the weight of assignment i. */
    public double weight(int i) {
      return hostWeights()[i];
    }

    /** Returns the gradient of the bypass of token s. */
    public double bypass(int s) {
      return hostBypass()[s];
    }

    /**
     * Returns the gradient of each weight, for kernels.
     *
     * @return [A], which must not be changed
     */
    public INDArray weights(Kernels own) {
      return weightArray == null ? own.write(hostWeights(), hostWeights().length) : weightArray;
    }

    /**
     * Returns the gradient of each token's bypass, for kernels.
     *
     * @return [S], which must not be changed
     */
    public INDArray bypass(Kernels own) {
      return bypassArray == null ? own.write(hostBypass(), hostBypass().length) : bypassArray;
    }

    private double[] hostWeights() {
      double[] known = weights == null ? read(weightArray) : weights;
      weights = known;
      return known;
    }

    private double[] hostBypass() {
      double[] known = bypass == null ? read(bypassArray) : bypass;
      bypass = known;
      return known;
    }

    private double[] read(@Nullable INDArray array) {
      return kernels == null || array == null ? new double[0] : kernels.read(array);
    }
  }
}
