package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer normalisation with gain and shift (Ba et al. 2016). */
public final class LayerNorm implements Layer {
  /** What is added to the variance where nothing else is asked for. */
  public static final double DEFAULT_EPSILON = 1e-5;

  private final Kernels kernels;
  private final Parameter gain;
  private final Parameter shift;
  private final double epsilon;

  /** Starts as plain normalisation, with {@link #DEFAULT_EPSILON}. */
  public LayerNorm(Scope scope, int width) {
    this(scope, width, DEFAULT_EPSILON);
  }

  /**
   * Starts as plain normalisation.
   *
   * @param scope holds {@code gain} (1) and {@code shift} (0)
   * @param epsilon added to the variance, above 0
   */
  public LayerNorm(Scope scope, int width, double epsilon) {
    requireEpsilon(epsilon);
    this.epsilon = epsilon;
    this.kernels = scope.kernels();
    this.gain = scope.constant("gain", Parameter.Role.GAIN, 1, width);
    this.shift = scope.constant("shift", Parameter.Role.SHIFT, 0, width);
  }

  /** A copy of another, under names of its own. */
  LayerNorm(Scope scope, LayerNorm parent) {
    this(scope, Math.toIntExact(parent.gain.length()), parent.epsilon);
    gain.value().assign(parent.gain.value());
    shift.value().assign(parent.shift.value());
  }

  /** Refuses an epsilon that is not a positive number. */
  public static void requireEpsilon(double epsilon) {
    if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
      throw new IllegalArgumentException("normEpsilon must be above 0 and finite, was " + epsilon);
    }
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forward(x);
  }

  Output forward(INDArray x) {
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
