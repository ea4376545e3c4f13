package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = x W + b}; W [in, out], b [out]. */
public final class Linear implements Layer {
  private final Kernels kernels;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * Draws W from N(0, deviation) and sets b to 0.
   *
   * @param scope holds {@code weight} and {@code bias}
   */
  public Linear(Scope scope, int in, int out, double deviation) {
    this.kernels = scope.kernels();
    this.weight = scope.normal("weight", deviation, in, out);
    this.bias = scope.constant("bias", Parameter.Role.BIAS, 0, out);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    INDArray y = kernels.linear(x, weight.value(), bias.value());
    return new Output(
        y,
        dy ->
            kernels.linearGradient(
                x, weight.value(), dy, weight.accumulator(), bias.accumulator()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }
}
