package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Laws of the element-wise kernels. */
interface ElementwiseContract extends KernelFixture {

  @Test
  default void should_bring_numbers_from_the_host_and_back() {
    double[] values = {0, -1.5, 3, 0.25, 1 << 20, -0.0};
    INDArray written = kernels().write(values, 2, 3);
    assertResult(written, 2, 3);
    assertThat(kernels().read(written)).isEqualTo(values);
    INDArray columns = written.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 3));
    assertThat(kernels().read(columns)).containsExactly(-1.5, 3, 1 << 20, -0.0);
    assertThat(kernels().read(written.transpose()))
        .containsExactly(0, 0.25, -1.5, 1 << 20, 3, -0.0);
    assertThat(kernels().readAll(List.of(written, columns)))
        .containsExactly(values, new double[] {-1.5, 3, 1 << 20, -0.0});
    assertThat(kernels().read(written.getRow(1))).containsExactly(0.25, 1 << 20, -0.0);
    assertThat(kernels().read(written.reshape('c', 1, 2, 3).permute(2, 0, 1)))
        .containsExactly(0, 0.25, -1.5, 1 << 20, 3, -0.0);
  }

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  default void should_activate_every_element(ActivationFunction activation) {
    for (int d : new int[] {1, 17, 127}) {
      INDArray x = random(d, 33, d).muli(3);
      INDArray dy = random(d + 1, 33, d);
      double[] values = vector(x);
      double[] expected = Arrays.stream(values).map(value(activation)).toArray();
      double[] slopes = Arrays.stream(values).map(slope(activation)).toArray();
      double[] gradients = vector(dy);
      for (int i = 0; i < slopes.length; i++) {
        gradients[i] *= slopes[i];
      }
      withoutChanging(
          () -> {
            INDArray y = kernels().activation(activation, x);
            INDArray dx = kernels().activationGradient(activation, x, dy);
            assertResult(y, x.shape());
            assertResult(dx, x.shape());
            assertClose(y, expected);
            assertClose(dx, gradients);
          },
          x,
          dy);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"TANH", "SILU"})
  default void should_vanish_far_below_zero_and_be_the_identity_far_above(
      ActivationFunction activation) {
    double[] far = {-50, -8, 0, 8, 50};
    INDArray x = Nd4j.createFromArray(far).castTo(kernels().dataType()).reshape(1, 5);
    INDArray ones = x.mul(0).addi(1);
    assertThat(vector(kernels().activation(activation, x)))
        .containsExactly(new double[] {0, 0, 0, 8, 50}, within(1e-6));
    double[] slopes = vector(kernels().activationGradient(activation, x, ones));
    slopes[2] = 0;
    assertThat(slopes).containsExactly(new double[] {0, 0, 0, 1, 1}, within(1e-6));
  }

  /** Further out than any exponential reaches in float. */
  @Test
  default void should_let_silu_vanish_far_below_zero_and_be_the_identity_far_above() {
    double[] far = {-1000, -200, 0, 200, 1000};
    INDArray x = Nd4j.createFromArray(far).castTo(kernels().dataType()).reshape(1, 5);
    INDArray ones = x.mul(0).addi(1);
    ActivationFunction silu = ActivationFunction.SILU;
    assertThat(vector(kernels().activation(silu, x)))
        .containsExactly(new double[] {0, 0, 0, 200, 1000}, within(1e-6));
    assertThat(vector(kernels().activationGradient(silu, x, ones)))
        .containsExactly(new double[] {0, 0, 0.5, 1, 1}, within(1e-6));
  }

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  default void should_gate_every_element(ActivationFunction activation) {
    int d = 17;
    INDArray x = random(1, 33, d).muli(3);
    INDArray dy = random(2, 33, d);
    INDArray one = Nd4j.eye(d).castTo(kernels().dataType());
    GroupedMap identity = new GroupedMap(List.of(one), List.of());
    GroupedMap twice = new GroupedMap(List.of(one.mul(2)), List.of());
    FeedForwardNets nets = new FeedForwardNets(activation, identity, twice, identity);
    double[] ups = vector(x.mul(2));
    double[] values = Arrays.stream(vector(x)).map(value(activation)).toArray();
    double[] slopes = Arrays.stream(vector(x)).map(slope(activation)).toArray();
    double[] slope = SlowMath.multiply(slopes, ups);
    for (int i = 0; i < slope.length; i++) {
      slope[i] += 2 * values[i];
    }
    RowGroups all = RowGroups.shared(1, 33);
    FeedForwardPass pass = kernels().feedForward(nets, x, all);
    assertClose(pass.output(), SlowMath.multiply(values, ups), toleranceOfGated());
    MapGradients unused = new MapGradients(new Accumulator(one.dup(), 0), null);
    INDArray dx = pass.pullback().pull(dy, g -> new FeedForwardGradients(unused, unused, unused));
    assertClose(dx, SlowMath.multiply(slope, vector(dy)), toleranceOfGated());
  }

  @Test
  default void should_add() {
    INDArray a = random(1, 17, 33);
    INDArray b = random(2, 17, 33);
    double[] expected = SlowMath.add(vector(a), vector(b));
    withoutChanging(
        () -> {
          INDArray sum = kernels().add(a, b);
          assertResult(sum, 17, 33);
          assertClose(sum, expected);
        },
        a,
        b);
    withoutChanging(() -> kernels().addInto(a, b), b);
    assertClose(a, expected);
  }

  @Test
  default void should_multiply_element_by_element() {
    INDArray a = random(1, 17, 33);
    INDArray b = random(2, 17, 33);
    double[] expected = SlowMath.multiply(vector(a), vector(b));
    withoutChanging(() -> assertClose(kernels().times(a, b), expected), a, b);
  }

  @Test
  default void should_scale_and_clear_in_place() {
    INDArray x = random(1, 17, 33);
    double[] expected = Arrays.stream(vector(x)).map(value -> -0.5 * value).toArray();
    kernels().scale(x, -0.5);
    assertClose(x, expected);
    kernels().clear(x);
    assertClose(x, new double[17 * 33]);
    assertResult(kernels().zeros(3, 5), 3, 5);
    assertClose(kernels().zeros(3, 5), new double[15]);
  }

  @Test
  default void should_copy_views_and_nothing_beside_them() {
    INDArray from = random(1, 17, 33);
    INDArray into = random(2, 17, 33);
    INDArray columns = from.get(NDArrayIndex.all(), NDArrayIndex.interval(4, 20));
    INDArray expected = into.dup();
    expected.get(NDArrayIndex.all(), NDArrayIndex.interval(9, 25)).assign(columns.dup());
    withoutChanging(
        () -> {
          INDArray copy = kernels().copy(columns);
          assertResult(copy, 17, 16);
          assertClose(copy, vector(columns));
          kernels().copyInto(columns, into.get(NDArrayIndex.all(), NDArrayIndex.interval(9, 25)));
        },
        from);
    assertClose(into, vector(expected));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9})
  default void should_drop_by_seed_and_position_alone(double rate) {
    INDArray x = random(1, 33, 64);
    double[] expected = vector(x);
    CounterRandom draws = new CounterRandom(7);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = draws.uniform(i) >= rate ? expected[i] / (1 - rate) : 0;
    }
    withoutChanging(
        () -> {
          INDArray y = kernels().dropout(x, rate, 7);
          assertResult(y, 33, 64);
          assertClose(y, expected);
        },
        x);
  }

  @Test
  default void should_sum_squares_of_any_shape() {
    for (long[] shape : new long[][] {{1}, {127}, {1, 1}, {1, 17}, {33, 64}, {3, 17, 33}}) {
      INDArray x = random(5, shape);
      double[] values = vector(x);
      double expected = SlowMath.dot(values, values);
      withoutChanging(
          () ->
              assertThat(kernels().sumOfSquares(x))
                  .isCloseTo(expected, within(tolerance() * expected)),
          x);
    }
  }

  @Test
  default void should_pass_arrays_without_rows_through() {
    INDArray empty = Nd4j.createUninitialized(kernels().dataType(), 0, 17);
    for (ActivationFunction activation : ActivationFunction.values()) {
      assertThat(kernels().activation(activation, empty).shape()).containsExactly(0, 17);
      assertThat(kernels().activationGradient(activation, empty, empty).shape())
          .containsExactly(0, 17);
    }
    kernels().addInto(empty, empty);
    assertThat(kernels().add(empty, empty).shape()).containsExactly(0, 17);
    assertThat(kernels().dropout(empty, 0.5, 1).shape()).containsExactly(0, 17);
    assertThat(kernels().times(empty, empty).shape()).containsExactly(0, 17);
    assertThat(kernels().copy(empty).shape()).containsExactly(0, 17);
    assertThat(kernels().zeros(0, 17).shape()).containsExactly(0, 17);
    kernels().scale(empty, 2);
    assertThat(kernels().sumOfSquares(empty)).isZero();
  }

  private static DoubleUnaryOperator value(ActivationFunction activation) {
    return switch (activation) {
      case GELU -> x -> x * SlowMath.normalDistribution(x);
      case GELU_TANH -> x -> 0.5 * x * (1 + Math.tanh(argument(x)));
      case RELU -> x -> Math.max(x, 0);
      case TANH -> Math::tanh;
      case SILU -> x -> x * logistic(x);
    };
  }

  private static DoubleUnaryOperator slope(ActivationFunction activation) {
    return switch (activation) {
      case GELU -> x -> SlowMath.normalDistribution(x) + x * SlowMath.normalDensity(x);
      case GELU_TANH -> ElementwiseContract::tanhSlope;
      case RELU -> x -> x > 0 ? 1 : 0;
      case TANH -> x -> 1 - Math.tanh(x) * Math.tanh(x);
      case SILU -> x -> logistic(x) * (1 + x * (1 - logistic(x)));
    };
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double tanhSlope(double x) {
    double t = Math.tanh(argument(x));
    double inner = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
  }

  private static double argument(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }
}
