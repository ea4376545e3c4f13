package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A centroid for each expert, c [E, d], and the affinities {@code a_se = x_s . c_e} to it. Starts
 * orthogonal with gain 0.1, as in the published code of BASE layers and StableMoE.
 */
final class ExpertCentroids {
  private static final double GAIN = 0.1;

  private final Kernels kernels;
  private final Parameter centroids;

  /** Makes c under the name {@code centroids} in the scope. */
  ExpertCentroids(Scope scope, int experts, int width) {
    this.kernels = scope.kernels().exact();
    this.centroids = scope.alongExperts(0).orthogonal("centroids", GAIN, experts, width);
  }

  /** c [E, d]. */
  Parameter centroids() {
    return centroids;
  }

  /**
   * Affinities to each expert.
   *
   * @param x [n, d]
   * @return [n, E]
   * @throws NotFiniteException if one is not finite: x or c have diverged
   */
  TokenMatrix affinities(INDArray x) {
    return requireFinite(TokenMatrix.of(kernels, array(x)));
  }

  /** Those of {@link #affinities}, where kernels have them. */
  INDArray array(INDArray x) {
    return kernels.multiply(x, false, centroids.value(), true);
  }

  /** What was read of {@link #array}. */
  TokenMatrix requireFinite(TokenMatrix affinities) {
    if (!affinities.isFinite()) {
      throw new NotFiniteException("the affinities to " + centroids.name() + " were not finite");
    }
    return affinities;
  }

  /**
   * Adds the gradient of c and gives that of x.
   *
   * @param x what {@link #affinities} took [n, d]
   * @param dAffinities [n, E]
   * @return [n, d]
   */
  INDArray backward(INDArray x, TokenMatrix dAffinities) {
    return backward(x, dAffinities.toArray(kernels));
  }

  /** The same, of a gradient that kernels have made. */
  INDArray backward(INDArray x, INDArray dAffinities) {
    return kernels.tableGradient(x, centroids.value(), dAffinities, centroids.accumulator());
  }
}
