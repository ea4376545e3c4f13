package io.evomoe.moe;

import io.evomoe.kernel.ArrayKernels;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient of the loss with respect to a {@link Routing}'s numbers. Where kernels have made it, it
 * is read on the host by the first call of {@link #weight} or {@link #bypass}, for which the host
 * must wait; a gate that calls neither does not.
 */
public final class RoutingGradient {
  private final Numbers weights;
  private final Numbers bypass;

  /** Keeps both arrays: [A] for the weights, and [S] for the bypass or empty when there is none. */
  public RoutingGradient(double[] weights, double[] bypass) {
    this.weights = new Numbers(null, null, weights);
    this.bypass = new Numbers(null, null, bypass);
  }

  /**
   * Of arrays of kernels.
   *
   * @param weights [A], or null where A is 0
   * @param bypass [S], or null where there is none
   */
  RoutingGradient(ArrayKernels kernels, @Nullable INDArray weights, @Nullable INDArray bypass) {
    this.weights = new Numbers(kernels, weights, null);
    this.bypass = new Numbers(kernels, bypass, null);
  }

  /** Gradient of the weight of assignment i. */
  public double weight(int i) {
    return weights.onHost()[i];
  }

  /** Gradient of the bypass of token s. */
  public double bypass(int s) {
    return bypass.onHost()[s];
  }

  /**
   * Gradient of each weight, for kernels.
   *
   * @return [A], not to be changed
   */
  public INDArray weights(ArrayKernels kernels) {
    return weights.forKernels(kernels);
  }

  /**
   * Gradient of each token's bypass, for kernels.
   *
   * @return [S], not to be changed
   */
  public INDArray bypass(ArrayKernels kernels) {
    return bypass.forKernels(kernels);
  }

  /** Numbers that are on the host, or come there when asked for. */
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
