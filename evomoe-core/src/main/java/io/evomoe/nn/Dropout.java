package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.Kernels;
import io.evomoe.random.CounterRandom;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Inverted dropout in training (Srivastava et al. 2014). It is the identity in evaluation and at
 * rate 0. The dropped elements depend on the pass's seed and the layer's name.
 */
public final class Dropout implements Layer {
  private final Kernels kernels;
  private final String name;
  private final double rate;

  /**
   * Creates the layer, which has no parameters.
   *
   * @param scope names the layer
   * @param rate probability of dropping an element, in [0, 1)
   */
  public Dropout(Scope scope, double rate) {
    FieldBound.belowOne("dropout", rate);
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.rate = rate;
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    if (rate == 0 || !pass.step().training()) {
      return new Output(x, dy -> dy);
    }
    long seed = CounterRandom.fold(pass.step().seed(), name);
    return new Output(kernels.dropout(x, rate, seed), dy -> kernels.dropout(dy, rate, seed));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
