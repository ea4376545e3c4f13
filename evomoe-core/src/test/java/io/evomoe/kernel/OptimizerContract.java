package io.evomoe.kernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of the optimizer step. */
interface OptimizerContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({"1,1", "17,33", "127,64", "1,127"})
  default void should_update_as_torch_does(int rows, int columns) {
    INDArray value = random(1, rows, columns);
    INDArray gradient = random(2, rows, columns);
    INDArray moment1 = random(3, rows, columns).muli(0.1);
    INDArray moment2 = random(4, rows, columns);
    moment2.muli(moment2.dup());
    double[] x = vector(value);
    double[] m = vector(moment1);
    double[] v = vector(moment2);
    for (int update = 1; update <= 3; update++) {
      AdamWUpdate.Step step = new AdamWUpdate.Step(1e-2, 0.9, 0.98, 1e-6, 0.1, 0.5, update);
      slowUpdate(x, vector(gradient), m, v, step);
      withoutChanging(() -> kernels().adamW(value, gradient, moment1, moment2, step), gradient);
    }
    assertClose(moment1, m);
    assertClose(moment2, v);
    assertClose(value, x);
  }

  @ParameterizedTest
  @CsvSource({"17", "127"})
  default void should_update_vectors_from_zero_moments(int length) {
    INDArray value = random(1, length);
    double[] x = vector(value);
    AdamWUpdate.Step step = new AdamWUpdate.Step(1e-3, 0.9, 0.999, 1e-8, 0, 1, 1);
    double[] gradient = vector(random(2, length));
    slowUpdate(x, gradient, new double[length], new double[length], step);
    INDArray zeros = value.mul(0);
    kernels().adamW(value, random(2, length), zeros, zeros.dup(), step);
    assertClose(value, x);
  }

  private static void slowUpdate(
      double[] x, double[] gradient, double[] m, double[] v, AdamWUpdate.Step step) {
    for (int i = 0; i < x.length; i++) {
      double g = gradient[i] * step.gradientScale();
      x[i] *= 1 - step.learningRate() * step.weightDecay();
      m[i] = step.beta1() * m[i] + (1 - step.beta1()) * g;
      v[i] = step.beta2() * v[i] + (1 - step.beta2()) * g * g;
      double root = Math.sqrt(v[i] / (1 - Math.pow(step.beta2(), (double) step.update())));
      double mean = m[i] / (1 - Math.pow(step.beta1(), (double) step.update()));
      x[i] -= step.learningRate() * mean / (root + step.epsilon());
    }
  }
}
