package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Normalisation of rows with a gain: layer normalisation, which also has a shift (Ba et al. 2016),
 * or that by the root mean square (Zhang and Sennrich 2019, arXiv 1910.07467).
 */
public final class Norm implements Layer {
  private final Kernels kernels;
  private final NormConfig config;
  private final Parameter gain;
  private final @Nullable Parameter shift;

  /**
   * Creates a normalisation.
   *
   * @param scope contains {@code gain} (initially 1) and, in layer normalisation, {@code shift}
   *     (initially 0)
   */
  public Norm(Scope scope, int width, NormConfig config) {
    this.kernels = scope.kernels();
    this.config = config;
    this.gain = scope.constant("gain", Parameter.Role.GAIN, 1, width);
    this.shift =
        config.kind() == NormConfig.Kind.LAYER
            ? scope.constant("shift", Parameter.Role.SHIFT, 0, width)
            : null;
  }

  /** Returns a copy with its own names. */
  public Norm copy(Scope scope) {
    Norm copy = new Norm(scope, width(), config);
    for (int i = 0; i < parameters().size(); i++) {
      copy.parameters().get(i).value().assign(parameters().get(i).value());
    }
    return copy;
  }

  /** Returns d. */
  int width() {
    return Math.toIntExact(gain.length());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forward(x);
  }

  /**
   * Normalises rows.
   *
   * @param x [n, d]
   * @return [n, d]
   */
  public Output forward(INDArray x) {
    Parameter shifted = shift;
    Normalized forward =
        kernels.normalize(
            x, gain.value(), shifted == null ? null : shifted.value(), config.epsilon());
    return new Output(
        forward.output(),
        dy ->
            forward
                .pullback()
                .pull(dy, gain.accumulator(), shifted == null ? null : shifted.accumulator()));
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(gain), Stream.ofNullable(shift)).toList();
  }
}
