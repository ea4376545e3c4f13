package io.evomoe.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.random.CounterRandom;
import java.util.Collection;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks the backward pass of a layer against central differences, for its input and every
 * parameter. The loss is {@code sum(y * dy)} with a random dy, plus the layer's auxiliary losses.
 */
public final class LayerGradientCheck {
  private static final GradientCheck CHECK = GradientCheck.DEFAULT.withSample(1);

  private LayerGradientCheck() {}

  /**
   * Checks a layer in double, and that the pullback left its argument alone.
   *
   * @param x input [S, in]; restored afterwards
   */
  public static void check(Layer layer, INDArray x, Pass pass) {
    Output output = layer.forward(x, pass);
    INDArray dy = RandomArrays.gaussian(DataType.DOUBLE, 99, output.value().shape());
    INDArray before = dy.dup();
    layer.parameters().forEach(Parameter::clearGradient);
    INDArray dx = output.pullback().pull(dy);
    assertThat(dy).as("gradient that was pulled back").isEqualTo(before);
    DoubleSupplier loss = () -> Scratch.compute(() -> loss(layer.forward(x, pass), dy));
    CHECK.check(loss, "input", x, dx);
    CHECK.check(loss, layer.parameters());
  }

  /** Adds normal draws to every parameter, so that none keeps a special value such as 0 or 1. */
  public static void disturb(Collection<Parameter> parameters, double deviation) {
    for (Parameter parameter : parameters) {
      long seed = CounterRandom.fold(5, parameter.name());
      INDArray value = parameter.value();
      value.addi(RandomArrays.gaussian(value.dataType(), seed, value.shape()).muli(deviation));
    }
  }

  private static double loss(Output output, INDArray dy) {
    double auxLoss = output.reports().stream().mapToDouble(RoutingReport::auxLoss).sum();
    return output.value().mul(dy).sumNumber().doubleValue() + auxLoss;
  }
}
