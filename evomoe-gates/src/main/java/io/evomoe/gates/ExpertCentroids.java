package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A centroid of each expert, c [E, d], and the affinities {@code a_se = x_s . c_e} to it. The
 * centroids start orthogonal with gain 0.1, as in the published code of BASE layers and StableMoE.
 */
final class ExpertCentroids {
  private static final double GAIN = 0.1;

  private final Kernels kernels;
  private final Parameter centroids;

  /** Creates c with the name {@code centroids} in the scope. */
  ExpertCentroids(Scope scope, int experts, int width) {
    this.kernels = scope.kernels().exact();
    this.centroids = scope.alongExperts(0).orthogonal("centroids", GAIN, experts, width);
  }

  /** Returns c [E, d]. */
  Parameter centroids() {
    return centroids;
  }

  /**
   * Computes the affinities to each expert.
   *
   * @param x [n, d]
   * @return [n, E]
   * @throws NotFiniteException if an affinity is not finite because x or c have diverged
   */
  TokenMatrix affinities(INDArray x) {
    return requireFinite(TokenMatrix.of(kernels, array(x)));
  }

  /** Computes {@link #affinities} for kernels. */
  INDArray array(INDArray x) {
    return kernels.multiply(x, false, centroids.value(), true);
  }

  /** Returns the host copy of {@link #array} if it is finite. */
  TokenMatrix requireFinite(TokenMatrix affinities) {
    if (!affinities.isFinite()) {
      throw new NotFiniteException("the affinities to " + centroids.name() + " were not finite");
    }
    return affinities;
  }

  /**
   * Adds the gradient of c and returns that of x.
   *
   * @param x the argument of {@link #affinities} [n, d]
   * @param dAffinities [n, E]
   * @return [n, d]
   */
  INDArray backward(INDArray x, TokenMatrix dAffinities) {
    return backward(x, dAffinities.toArray(kernels));
  }

  /** Does the same for a gradient that kernels have computed. */
  INDArray backward(INDArray x, INDArray dAffinities) {
    return kernels.tableGradient(x, centroids.value(), dAffinities, centroids.accumulator());
  }
}
