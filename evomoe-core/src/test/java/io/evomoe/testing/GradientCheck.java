package io.evomoe.testing;

import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks analytic gradients of a scalar loss against central differences {@code (f(x + h) - f(x -
 * h)) / 2h} in double precision. The error of an element is {@code |analytic - numeric| /
 * max(|analytic|, |numeric|, floor)}.
 *
 * @param step h
 * @param tolerance largest error allowed
 * @param floor gradients below this are compared absolutely, as their differences are rounding
 * @param sample elements checked per array; all where it has no more
 * @param seed which elements, in a larger array
 */
public record GradientCheck(double step, double tolerance, double floor, int sample, long seed) {

  /** Step 1e-5, tolerance 1e-6, floor 1e-3, at most 200 elements an array. */
  public static final GradientCheck DEFAULT = new GradientCheck(1e-5, 1e-6, 1e-3, 200, 42);

  /** The same with another tolerance. */
  public GradientCheck withTolerance(double other) {
    return new GradientCheck(step, other, floor, sample, seed);
  }

  /** The same with another sample size. */
  public GradientCheck withSample(int other) {
    return new GradientCheck(step, tolerance, floor, other, seed);
  }

  /**
   * Checks the gradient of the loss for one array.
   *
   * @param loss computes the loss from the current content of {@code array}, in double
   * @param name of the array, for the message
   * @param array DOUBLE, C order; changed one element at a time and restored
   * @param gradient the analytic gradient, same shape
   * @throws AssertionError naming the array and the element, if one differs
   */
  public void check(DoubleSupplier loss, String name, INDArray array, INDArray gradient) {
    if (array.dataType() != DataType.DOUBLE) {
      throw new IllegalArgumentException(name + " must be DOUBLE, was " + array.dataType());
    }
    double[] analytic = Differences.elements(gradient);
    if (analytic.length != array.length()) {
      throw new AssertionError(
          "gradient of %s has %d elements, expected %d"
              .formatted(name, analytic.length, array.length()));
    }
    for (int index : chosen(analytic.length)) {
      compare(name, index, analytic[index], numeric(loss, array, index));
    }
  }

  /**
   * Checks the gradients of parameters, which must hold those of the current values: the loss must
   * not add to them.
   */
  public void check(DoubleSupplier loss, List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      check(loss, parameter.name(), parameter.value(), parameter.gradient().dup());
    }
  }

  private int[] chosen(int length) {
    int[] order = new CounterRandom(seed).permutation(length);
    return Arrays.copyOf(order, Math.min(length, sample));
  }

  private double numeric(DoubleSupplier loss, INDArray array, int index) {
    double original = array.getDouble(index);
    array.putScalar(index, original + step);
    double above = loss.getAsDouble();
    array.putScalar(index, original - step);
    double below = loss.getAsDouble();
    array.putScalar(index, original);
    return (above - below) / (2 * step);
  }

  private void compare(String name, int index, double analytic, double numeric) {
    double scale = Math.max(Math.max(Math.abs(analytic), Math.abs(numeric)), floor);
    double error = Math.abs(analytic - numeric) / scale;
    if (!(error <= tolerance)) {
      throw new AssertionError(
          "gradient of %s at element %d: analytic %s, numeric %s, error %s above %s"
              .formatted(name, index, analytic, numeric, error, tolerance));
    }
  }
}
