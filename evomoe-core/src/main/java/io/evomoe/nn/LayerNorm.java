package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer normalisation with gain and shift (Ba et al. 2016). */
public final class LayerNorm implements Norm {
  private final Kernels kernels;
  private final Parameter gain;
  private final Parameter shift;
  private final double epsilon;

  /** Creates a normalisation with gain 1, shift 0 and {@link NormConfig#DEFAULT_EPSILON}. */
  public LayerNorm(Scope scope, int width) {
    this(scope, width, NormConfig.DEFAULT_EPSILON);
  }

  /**
   * Creates a normalisation.
   *
   * @param scope contains {@code gain} (initially 1) and {@code shift} (initially 0)
   * @param epsilon added to the variance, above 0
   */
  public LayerNorm(Scope scope, int width, double epsilon) {
    this.epsilon = new NormConfig(NormConfig.Kind.LAYER, epsilon).epsilon();
    this.kernels = scope.kernels();
    this.gain = scope.constant("gain", Parameter.Role.GAIN, 1, width);
    this.shift = scope.constant("shift", Parameter.Role.SHIFT, 0, width);
  }

  @Override
  public LayerNorm copy(Scope scope) {
    LayerNorm copy = new LayerNorm(scope, Math.toIntExact(gain.length()), epsilon);
    copy.gain.value().assign(gain.value());
    copy.shift.value().assign(shift.value());
    return copy;
  }

  @Override
  public Output forward(INDArray x) {
    Normalized forward = kernels.layerNorm(x, gain.value(), shift.value(), epsilon);
    return new Output(
        forward.output(),
        dy ->
            kernels.layerNormGradient(
                x, forward, gain.value(), epsilon, dy, gain.accumulator(), shift.accumulator()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gain, shift);
  }
}
