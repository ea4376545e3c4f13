package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.RmsNormalized;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Normalisation by the root mean square, with a gain and no shift (Zhang and Sennrich 2019, arXiv
 * 1910.07467).
 */
public final class RmsNorm implements Norm {
  private final Kernels kernels;
  private final Parameter gain;
  private final double epsilon;

  /**
   * Creates a normalisation.
   *
   * @param scope contains {@code gain} (initially 1)
   * @param epsilon added to the mean square, above 0
   */
  public RmsNorm(Scope scope, int width, double epsilon) {
    this.epsilon = new NormConfig(NormConfig.Kind.RMS, epsilon).epsilon();
    this.kernels = scope.kernels();
    this.gain = scope.constant("gain", Parameter.Role.GAIN, 1, width);
  }

  @Override
  public RmsNorm copy(Scope scope) {
    RmsNorm copy = new RmsNorm(scope, Math.toIntExact(gain.length()), epsilon);
    copy.gain.value().assign(gain.value());
    return copy;
  }

  @Override
  public Output forward(INDArray x) {
    RmsNormalized forward = kernels.rmsNorm(x, gain.value(), epsilon);
    return new Output(
        forward.output(),
        dy -> kernels.rmsNormGradient(x, forward, gain.value(), epsilon, dy, gain.accumulator()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gain);
  }
}
