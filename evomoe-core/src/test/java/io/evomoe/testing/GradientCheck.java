package io.evomoe.testing;

import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks analytic gradients of a scalar loss against central differences {@code (f(x + h) - f(x -
 * h)) / 2h} in double precision: some elements of each array one by one, and all of its elements
 * together along a random direction of length 1, where a wrong one shows as well. The error is
 * {@code |analytic - numeric| / max(|analytic|, |numeric|, floor)}.
 *
 * @param step h
 * @param tolerance largest error allowed
 * @param floor gradients below this are compared absolutely, as their differences are rounding
 * @param sample elements checked one by one per array; all if it has no more
 * @param seed of the choice of elements and of the direction
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
      compare(name + " at element " + index, analytic[index], numeric(loss, array, index));
    }
    if (analytic.length > sample) {
      INDArray direction = direction(array, seed);
      double slope = dot(analytic, Differences.elements(direction));
      compare(
          name + " along a random direction",
          slope,
          numeric(loss, List.of(array), List.of(direction)));
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

  /**
   * Checks the gradients of all parameters together along three random directions: two losses each,
   * so a whole model is checked in a moment. Checks array by array to name one if that fails.
   */
  public void checkTogether(DoubleSupplier loss, List<Parameter> parameters) {
    for (int i = 0; i < 3; i++) {
      long drawn = seed + i;
      List<INDArray> directions =
          parameters.stream()
              .map(p -> direction(p.value(), CounterRandom.fold(drawn, p.name())))
              .toList();
      double slope = 0;
      for (int j = 0; j < parameters.size(); j++) {
        slope +=
            dot(
                Differences.elements(parameters.get(j).gradient()),
                Differences.elements(directions.get(j)));
      }
      List<INDArray> values = parameters.stream().map(Parameter::value).toList();
      try {
        compare("all parameters", slope, numeric(loss, values, directions));
      } catch (AssertionError e) {
        check(loss, parameters);
        throw e;
      }
    }
  }

  /**
   * Checks the gradients of a model's loss of a batch, auxiliary losses included, as {@link
   * #checkTogether} does.
   */
  public <B> void check(Model<B> model, B batch, StepContext training) {
    model.parameters().forEach(Parameter::clearGradient);
    model.loss(batch, training).backward().run();
    checkTogether(
        () ->
            Scratch.compute(
                () -> {
                  Loss loss = model.loss(batch, training);
                  return loss.value() + loss.auxLoss();
                }),
        model.parameters());
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

  /** Signs at random, divided by the square root of their number. */
  private static INDArray direction(INDArray array, long seed) {
    CounterRandom random = new CounterRandom(seed);
    INDArray direction = array.ulike();
    double size = 1 / Math.sqrt((double) array.length());
    for (long i = 0; i < array.length(); i++) {
      direction.putScalar(i, random.gaussian(i) < 0 ? -size : size);
    }
    return direction;
  }

  private double numeric(DoubleSupplier loss, List<INDArray> arrays, List<INDArray> directions) {
    List<INDArray> originals = arrays.stream().map(INDArray::dup).toList();
    double above = loss(loss, arrays, originals, directions, step);
    double below = loss(loss, arrays, originals, directions, -step);
    for (int i = 0; i < arrays.size(); i++) {
      arrays.get(i).assign(originals.get(i));
    }
    return (above - below) / (2 * step);
  }

  private static double loss(
      DoubleSupplier loss,
      List<INDArray> arrays,
      List<INDArray> originals,
      List<INDArray> directions,
      double step) {
    for (int i = 0; i < arrays.size(); i++) {
      arrays.get(i).assign(originals.get(i).add(directions.get(i).mul(step)));
    }
    return loss.getAsDouble();
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  private void compare(String place, double analytic, double numeric) {
    double scale = Math.max(Math.max(Math.abs(analytic), Math.abs(numeric)), floor);
    double error = Math.abs(analytic - numeric) / scale;
    if (!(error <= tolerance)) {
      throw new AssertionError(
          "gradient of %s: analytic %s, numeric %s, error %s above %s"
              .formatted(place, analytic, numeric, error, tolerance));
    }
  }
}
