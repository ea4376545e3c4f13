package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer normalisation with gain and shift (Ba et al. 2016); epsilon 1e-5. */
public final class LayerNorm implements Layer {
  private static final double EPSILON = 1e-5;

  private final Kernels kernels;
  private final Parameter gain;
  private final Parameter shift;

  /**
   * Starts as plain normalisation.
   *
   * @param scope holds {@code gain} (1) and {@code shift} (0)
   */
  public LayerNorm(Scope scope, int width) {
    this.kernels = scope.kernels();
    this.gain = scope.constant("gain", 1, width);
    this.shift = scope.constant("shift", 0, width);
  }

  /** A copy of another, under names of its own. */
  LayerNorm(Scope scope, LayerNorm parent) {
    this(scope, Math.toIntExact(parent.gain.length()));
    gain.value().assign(parent.gain.value());
    shift.value().assign(parent.shift.value());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forward(x);
  }

  Output forward(INDArray x) {
    Normalized forward = kernels.layerNorm(x, gain.value(), shift.value(), EPSILON);
    return new Output(
        forward.output(),
        dy ->
            kernels.layerNormGradient(
                x, forward, gain.value(), EPSILON, dy, gain.accumulator(), shift.accumulator()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gain, shift);
  }
}
