package io.evomoe.moe;

import io.evomoe.kernel.ArrayKernels;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient of the loss with respect to the numbers of a {@link Routing}. If kernels computed it,
 * the first call of {@link #weight} or {@link #bypass} copies it to the host and waits for it.
 * Gates that call neither method do not wait.
 */
public final class RoutingGradient {
  private final Numbers weights;
  private final Numbers bypass;

  /** Keeps both arrays: [A] for the weights, and [S] for the bypass or empty if there is none. */
  public RoutingGradient(double[] weights, double[] bypass) {
    this.weights = new Numbers(null, null, weights);
    this.bypass = new Numbers(null, null, bypass);
  }

  /**
   * Creates a gradient from arrays of kernels.
   *
   * @param weights [A], or null if A is 0
   * @param bypass [S], or null if there is none
   */
  RoutingGradient(ArrayKernels kernels, @Nullable INDArray weights, @Nullable INDArray bypass) {
    this.weights = new Numbers(kernels, weights, null);
    this.bypass = new Numbers(kernels, bypass, null);
  }

  /** Returns the gradient of the weight of assignment i. */
  public double weight(int i) {
    return weights.onHost()[i];
  }

  /** Returns the gradient of the bypass of token s. */
  public double bypass(int s) {
    return bypass.onHost()[s];
  }

  /**
   * Returns the gradient of each weight, for kernels.
   *
   * @return [A], which must not be changed
   */
  public INDArray weights(ArrayKernels kernels) {
    return weights.forKernels(kernels);
  }

  /**
   * Returns the gradient of each token's bypass, for kernels.
   *
   * @return [S], which must not be changed
   */
  public INDArray bypass(ArrayKernels kernels) {
    return bypass.forKernels(kernels);
  }

  /** Numbers on the host, copied there when first used. */
  private static final class Numbers {
    private final @Nullable ArrayKernels kernels;
    private final @Nullable INDArray array;
    private double @Nullable [] host;

    Numbers(@Nullable ArrayKernels kernels, @Nullable INDArray array, double @Nullable [] host) {
      this.kernels = kernels;
      this.array = array;
      this.host = host;
    }

    INDArray forKernels(ArrayKernels own) {
      if (array != null) {
        return array;
      }
      double[] values = onHost();
      return own.write(values, values.length);
    }

    double[] onHost() {
      double[] known = host;
      if (known == null) {
        known = kernels == null || array == null ? new double[0] : kernels.read(array);
        host = known;
      }
      return known;
    }
  }
}
