package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Laws of the matrix products. */
interface ProductContract extends KernelFixture {
  /** Weights so large that an expert's products may be compiled. */
  int LARGE_IN = 163;

  int LARGE_OUT = 811;

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,17,3", "3,1,17", "17,3,1", "1,64,127", "33,64,17", "127,33,64"})
  default void should_multiply_with_any_transposes(int m, int k, int n) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        INDArray a = transposeA ? random(1, k, m) : random(1, m, k);
        INDArray b = transposeB ? random(2, n, k) : random(2, k, n);
        double[][] expected = product(a, transposeA, b, transposeB);
        withoutChanging(
            () -> {
              INDArray result = kernels().multiply(a, transposeA, b, transposeB);
              assertResult(result, m, n);
              assertClose(result, expected);
            },
            a,
            b);
        INDArray fresh = garbage(m, n);
        kernels().multiplyInto(a, transposeA, b, transposeB, new Accumulator(fresh, 0));
        assertClose(fresh, expected);
        INDArray old = random(3, m, n);
        double[][] sum = SlowMath.add(matrix(old), expected);
        kernels().multiplyInto(a, transposeA, b, transposeB, new Accumulator(old, 1));
        assertClose(old, sum);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,33,17", "17,3,64", "127,64,33"})
  default void should_add_the_bias_to_every_row(int n, int in, int out) {
    INDArray x = random(1, n, in);
    INDArray weight = random(2, in, out);
    INDArray bias = random(3, out);
    double[][] product = SlowMath.multiply(matrix(x), matrix(weight));
    withoutChanging(
        () -> {
          INDArray y = kernels().linear(x, weight, bias);
          assertResult(y, n, out);
          assertClose(y, SlowMath.addRow(product, vector(bias)));
        },
        x,
        weight,
        bias);
    assertClose(kernels().linear(x, weight, null), product);
  }

  @Test
  default void should_map_without_a_bias_after_a_wider_map() {
    Kernels kernels = kernels();
    kernels.linear(random(1, 3, 17), random(2, 17, 65), null);
    INDArray x = random(3, 5, 17);
    INDArray narrow = random(4, 17, 3);
    double[][] product = SlowMath.multiply(matrix(x), matrix(narrow));
    assertClose(kernels.linear(x, narrow, null), product);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,17", "17,1", "127,33", "64,127"})
  default void should_sum_columns(int n, int d) {
    INDArray x = random(1, n, d);
    double[] expected = SlowMath.columnSums(matrix(x));
    INDArray fresh = garbage(d);
    withoutChanging(() -> kernels().columnSumsInto(x, new Accumulator(fresh, 0)), x);
    assertClose(fresh, expected);
    INDArray old = random(2, d);
    double[] sum = SlowMath.add(vector(old), expected);
    kernels().columnSumsInto(x, new Accumulator(old, 1));
    assertClose(old, sum);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,3,3,20,21,21", "0,0,64,64,127", "0,1", "0,0", "0,33,66"})
  default void should_give_every_group_its_own_weights(String offsets) {
    int[] numbers = Arrays.stream(offsets.split(",")).mapToInt(Integer::parseInt).toArray();
    checkGroups(RowGroups.routed(numbers), 17, 33);
    checkGroups(RowGroups.routed(numbers), 1, 3);
    checkGroups(RowGroups.routed(numbers), LARGE_IN, LARGE_OUT);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "1,17", "4,33"})
  default void should_let_shared_groups_read_the_same_rows(int groups, int rows) {
    checkGroups(RowGroups.shared(groups, rows), 17, 33);
    checkGroups(RowGroups.shared(groups, rows), 3, 1);
    checkGroups(RowGroups.shared(groups, rows), LARGE_IN, LARGE_OUT);
  }

  @ParameterizedTest
  @CsvSource({"1,700", "3,700", "7,513", "8,700", "1,256", "5,2"})
  default void held_weights_should_change_no_bits(int rows, int out) {
    Kernels kernels = kernels();
    int in = 300;
    RowGroups groups = RowGroups.routed(new int[] {0, rows, rows, rows + 2});
    INDArray x = random(1, groups.inputRows(), in);
    List<INDArray> weights = List.of(random(2, in, out), random(3, in, out), random(4, in, out));
    List<INDArray> biases = List.of(random(5, out), random(6, out), random(7, out));
    GroupedMap map = new GroupedMap(weights, biases);
    double[][] expected = matrix(kernels.groupedLinear(x, groups, map));
    Runnable first = kernels.hold(weights);
    Runnable second = kernels.hold(weights.subList(0, 1));
    assertThat(matrix(kernels.groupedLinear(x, groups, map))).isDeepEqualTo(expected);
    first.run();
    assertThat(matrix(kernels.groupedLinear(x, groups, map))).isDeepEqualTo(expected);
    second.run();
    weights.get(0).muli(2);
    biases.get(0).muli(2);
    double[][] doubled = matrix(kernels.groupedLinear(x, groups, map));
    assertThat(doubled[0][0]).isEqualTo(2 * expected[0][0]);
  }

  @ParameterizedTest
  @CsvSource({"1,700", "3,700", "8,513", "65,300", "1,256", "5,2"})
  default void a_held_table_should_change_no_bits(int rows, int entries) {
    Kernels kernels = kernels();
    INDArray x = random(1, rows, 300);
    INDArray table = random(2, entries, 300);
    double[][] expected = matrix(kernels.multiply(x, false, table, true));
    Runnable release = kernels.hold(List.of(table));
    assertThat(matrix(kernels.multiply(x, false, table, true))).isDeepEqualTo(expected);
    release.run();
    table.muli(2);
    double[][] doubled = matrix(kernels.multiply(x, false, table, true));
    assertThat(doubled[0][0]).isEqualTo(2 * expected[0][0]);
  }

  @Test
  default void should_equal_the_plain_product_with_one_group() {
    INDArray x = random(1, 17, 64);
    INDArray weight = random(2, 64, 33);
    INDArray bias = random(3, 33);
    RowGroups one = RowGroups.routed(new int[] {0, 17});
    INDArray grouped =
        kernels().groupedLinear(x, one, new GroupedMap(List.of(weight), List.of(bias)));
    assertClose(grouped, matrix(kernels().linear(x, weight, bias)));
  }

  @Test
  default void should_add_nothing_for_arrays_without_rows() {
    INDArray x = Nd4j.createUninitialized(kernels().dataType(), 0, 17);
    INDArray dy = Nd4j.createUninitialized(kernels().dataType(), 0, 3);
    INDArray bias = random(2, 3);
    assertThat(kernels().linear(x, random(1, 17, 3), bias).shape()).containsExactly(0, 3);
    INDArray weightGradient = garbage(17, 3);
    kernels().multiplyInto(x, true, dy, false, new Accumulator(weightGradient, 0));
    assertClose(weightGradient, new double[17][3]);
    double[] before = vector(bias);
    kernels().columnSumsInto(dy, new Accumulator(bias, 1));
    assertClose(bias, before);
  }

  private void checkGroups(RowGroups groups, int in, int out) {
    INDArray x = random(1, groups.inputRows(), in);
    INDArray dy = random(2, groups.rows(), out);
    List<INDArray> weights = new ArrayList<>();
    List<INDArray> biases = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      weights.add(random(10 + g, in, out));
      biases.add(random(100 + g, out));
    }
    INDArray y = kernels().groupedLinear(x, groups, new GroupedMap(weights, biases));
    INDArray dx = kernels().groupedInputGradient(dy, groups, weights);
    assertThat(y.shape()).containsExactly(groups.rows(), out);
    assertThat(dx.shape()).containsExactly(groups.inputRows(), in);
    double[][] expectedY = new double[groups.rows()][out];
    double[][] expectedDx = new double[groups.inputRows()][in];
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        double[][] xs = rows(x, groups.inputOffset(g), groups.size(g));
        double[][] dys = rows(dy, groups.offset(g), groups.size(g));
        double[][] weight = matrix(weights.get(g));
        double[][] ys = SlowMath.addRow(SlowMath.multiply(xs, weight), vector(biases.get(g)));
        double[][] dxs = SlowMath.multiply(dys, SlowMath.transpose(weight));
        for (int i = 0; i < groups.size(g); i++) {
          expectedY[groups.offset(g) + i] = ys[i];
          int row = groups.inputOffset(g) + i;
          expectedDx[row] = SlowMath.add(expectedDx[row], dxs[i]);
        }
        checkParameterGradients(x, dy, groups, g, xs, dys);
      }
    }
    assertClose(y, expectedY);
    assertClose(dx, expectedDx);
  }

  private void checkParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int g, double[][] xs, double[][] dys) {
    double[][] weightGradient = SlowMath.multiply(SlowMath.transpose(xs), dys);
    double[] biasGradient = SlowMath.columnSums(dys);
    INDArray dw = garbage(x.columns(), dy.columns());
    INDArray db = garbage(dy.columns());
    kernels().groupParameterGradients(x, dy, groups, g, gradients(dw, db, 0));
    assertClose(dw, weightGradient);
    assertClose(db, biasGradient);
    kernels().groupParameterGradients(x, dy, groups, g, gradients(dw, db, 1));
    assertClose(dw, SlowMath.add(weightGradient, weightGradient));
    assertClose(db, SlowMath.add(biasGradient, biasGradient));
  }

  private static MapGradients gradients(INDArray weight, INDArray bias, double beta) {
    return new MapGradients(new Accumulator(weight, beta), new Accumulator(bias, beta));
  }

  private double[][] product(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    double[][] left = transposeA ? SlowMath.transpose(matrix(a)) : matrix(a);
    double[][] right = transposeB ? SlowMath.transpose(matrix(b)) : matrix(b);
    return SlowMath.multiply(left, right);
  }

  private double[][] rows(INDArray x, int first, int size) {
    return Arrays.copyOfRange(matrix(x), first, first + size);
  }
}
