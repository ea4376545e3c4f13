package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.moe.TokenPrior;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The affinities of tokens to {@link ExpertCentroids}, plus a {@link TokenPrior} if the options
 * select one. It is the router of BASE layers and StableMoE.
 */
final class PriorAffinities {
  private final Kernels kernels;
  private final ExpertCentroids centroids;
  private final TokenPrior prior;

  /** Creates both in the gate's scope. */
  PriorAffinities(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.centroids = new ExpertCentroids(spec.scope(), spec.experts(), spec.width());
    this.prior = new TokenPrior(spec, options);
  }

  List<Parameter> parameters() {
    return Stream.concat(Stream.of(centroids.centroids()), prior.parameters().stream()).toList();
  }

  /** Returns the value for {@link io.evomoe.moe.Gate#idleParameters}. */
  long idleParameters() {
    return prior.idleParameters();
  }

  /** Computes a [S, E] of the tokens x [S, d] of a pass. */
  TokenMatrix of(INDArray tokens, Pass pass) {
    return requireFinite(TokenMatrix.of(kernels, array(tokens, pass)), tokens, pass);
  }

  /** Computes {@link #of} for kernels. */
  INDArray array(INDArray tokens, Pass pass) {
    INDArray affinities = centroids.array(tokens);
    prior.addTo(affinities, pass);
    return affinities;
  }

  /** Returns the host copy of {@link #array} if it is finite. */
  TokenMatrix requireFinite(TokenMatrix affinities, INDArray tokens, Pass pass) {
    return prior.actsAt(pass.step())
        ? prior.requireFinite(affinities, () -> centroids.affinities(tokens))
        : centroids.requireFinite(affinities);
  }

  /** Adds the parameters' gradients and returns that of the tokens. */
  INDArray backward(INDArray tokens, INDArray dAffinities, Pass pass) {
    prior.backward(dAffinities, pass);
    return centroids.backward(tokens, dAffinities);
  }
}
