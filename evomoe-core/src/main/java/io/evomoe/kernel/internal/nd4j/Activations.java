package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.ActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Activations and their derivatives, each in a new array. */
final class Activations {
  private static final double ROOT_HALF = Math.sqrt(0.5);
  private static final double NORMAL_PEAK = 1 / Math.sqrt(2 * Math.PI);
  private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  private Activations() {}

  static INDArray apply(ActivationFunction activation, INDArray x) {
    return switch (activation) {
      case GELU -> normalDistribution(x).muli(x);
      case GELU_TANH -> scaledTanh(x).addi(1).muli(x).muli(0.5);
      case RELU -> Transforms.relu(x, true);
      case TANH -> Transforms.tanh(x, true);
      case SILU -> Transforms.sigmoid(x, true).muli(x);
    };
  }

  static INDArray derivative(ActivationFunction activation, INDArray x) {
    return switch (activation) {
      case GELU -> normalDistribution(x).addi(normalDensity(x).muli(x));
      case GELU_TANH -> geluTanhDerivative(x);
      case RELU -> Transforms.step(x, true);
      case TANH -> tanhDerivative(x);
      case SILU -> siluDerivative(x);
    };
  }

  /** Returns {@code erfc(-x / sqrt 2) / 2}. {@code 1 + erf} would cancel for x far below 0. */
  private static INDArray normalDistribution(INDArray x) {
    INDArray argument = x.mul(-ROOT_HALF);
    Nd4j.getExecutioner().exec(new Erfc(argument, argument));
    return argument.muli(0.5);
  }

  private static INDArray normalDensity(INDArray x) {
    return Transforms.exp(x.mul(x).muli(-0.5), false).muli(NORMAL_PEAK);
  }

  /** {@code tanh(sqrt(2 / pi) (x + 0.044715 x^3))}. */
  private static INDArray scaledTanh(INDArray x) {
    INDArray argument = x.mul(x).muli(CUBIC).addi(1).muli(x).muli(TANH_SCALE);
    return Transforms.tanh(argument, false);
  }

  /** {@code (1 + t) / 2 + x (1 - t^2) u' / 2}, t the tanh and u' the slope of its argument. */
  private static INDArray geluTanhDerivative(INDArray x) {
    INDArray t = scaledTanh(x);
    INDArray slope = x.mul(x).muli(3 * CUBIC).addi(1).muli(TANH_SCALE);
    INDArray curve = t.mul(t).rsubi(1).muli(slope).muli(x);
    return t.addi(1).addi(curve).muli(0.5);
  }

  /** {@code 1 - tanh(x)^2}. */
  private static INDArray tanhDerivative(INDArray x) {
    INDArray t = Transforms.tanh(x, true);
    return t.mul(t).rsubi(1);
  }

  /** {@code s + x s (1 - s)}, s the logistic function of x. */
  private static INDArray siluDerivative(INDArray x) {
    INDArray s = Transforms.sigmoid(x, true);
    return s.rsub(1).muli(x).addi(1).muli(s);
  }
}
