package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.testing.Differences;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Feed-forward nets and the gradients of linear maps, beside single products in double. */
interface FeedForwardContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({"24,40", "128,1024"})
  default void should_run_routed_nets_of_ragged_and_empty_groups(int width, int hidden) {
    checkFeedForward(RowGroups.routed(new int[] {0, 600, 600, 613, 900}), width, hidden);
  }

  @ParameterizedTest
  @CsvSource({"3,37,24,40", "2,1032,24,40", "1,1030,128,1024", "2,48,128,1024"})
  default void should_run_nets_that_share_their_input(int groups, int rows, int width, int hidden) {
    checkFeedForward(RowGroups.shared(groups, rows), width, hidden);
  }

  @Test
  default void should_give_all_gradients_of_a_linear_map() {
    for (int rows : new int[] {1, 37, 64}) {
      INDArray x = random(1, rows, 48);
      INDArray weight = random(2, 48, 33);
      INDArray dy = random(3, rows, 33);
      INDArray dw = random(4, 48, 33);
      INDArray db = garbage(33);
      double[][] before = matrix(dw);
      withoutChanging(
          () -> {
            INDArray dx =
                kernels()
                    .linearGradient(x, weight, dy, new Accumulator(dw, 1), new Accumulator(db, 0));
            assertResult(dx, rows, 48);
            double[][] transposed = SlowMath.transpose(matrix(weight));
            assertClose(dx, SlowMath.multiply(matrix(dy), transposed));
          },
          x,
          weight,
          dy);
      double[][] product = SlowMath.multiply(SlowMath.transpose(matrix(x)), matrix(dy));
      assertClose(dw, SlowMath.add(before, product));
      assertClose(db, SlowMath.columnSums(matrix(dy)));
    }
  }

  @Test
  default void should_give_all_gradients_of_rows_beside_those_of_a_table() {
    for (int rows : new int[] {1, 37, 300}) {
      INDArray x = random(1, rows, 48);
      INDArray table = random(2, 33, 48);
      INDArray dy = random(3, rows, 33);
      INDArray dTable = random(4, 33, 48);
      double[][] before = matrix(dTable);
      withoutChanging(
          () -> {
            INDArray dx = kernels().tableGradient(x, table, dy, new Accumulator(dTable, 1));
            assertResult(dx, rows, 48);
            assertClose(dx, SlowMath.multiply(matrix(dy), matrix(table)));
          },
          x,
          table,
          dy);
      double[][] product = SlowMath.multiply(SlowMath.transpose(matrix(dy)), matrix(x));
      assertClose(dTable, SlowMath.add(before, product));
    }
    INDArray dTable = garbage(33, 48);
    INDArray none =
        kernels()
            .tableGradient(
                random(1, 0, 48), random(2, 33, 48), random(3, 0, 33), new Accumulator(dTable, 0));
    assertThat(none.shape()).containsExactly(0, 48);
    assertThat(Differences.elements(dTable)).containsOnly(0);
  }

  @Test
  default void should_give_the_other_gradients_where_weights_or_biases_are_frozen() {
    RowGroups groups = RowGroups.routed(new int[] {0, 21, 21, 37});
    FeedForwardNets nets = nets(3, 24, 40, true, true);
    INDArray x = random(1, 37, 24);
    INDArray dy = random(2, 37, 24);
    List<FeedForwardGradients> all = gradients(nets, kernels().dataType());
    INDArray dx = kernels().feedForward(nets, x, groups).pullback().pull(dy, all::get);
    for (boolean biases : new boolean[] {false, true}) {
      List<FeedForwardGradients> some = gradients(nets, kernels().dataType());
      INDArray same =
          kernels()
              .feedForward(nets, x, groups)
              .pullback()
              .pull(
                  dy,
                  g ->
                      new FeedForwardGradients(
                          only(biases, some.get(g).expand()),
                          new MapGradients(null, null),
                          only(biases, some.get(g).contract())));
      assertThat(same).isEqualTo(dx);
      for (int g : new int[] {0, 2}) {
        check(
            only(biases, some.get(g).expand()), only(biases, all.get(g).expand()), 1, tolerance());
        check(
            only(biases, some.get(g).contract()),
            only(biases, all.get(g).contract()),
            1,
            tolerance());
      }
    }
    INDArray weight = nets.expand().weight(0);
    INDArray dh = random(3, 37, 40);
    INDArray db = garbage(40);
    INDArray whole =
        kernels().linearGradient(x, weight, dh, new Accumulator(garbage(24, 40), 0), null);
    assertThat(kernels().linearGradient(x, weight, dh, null, new Accumulator(db, 0)))
        .isEqualTo(whole);
    assertClose(db, SlowMath.columnSums(matrix(dh)));
    assertThat(kernels().tableGradient(x, random(4, 40, 24), dh, null))
        .isEqualTo(
            kernels().tableGradient(x, random(4, 40, 24), dh, new Accumulator(garbage(40, 24), 0)));
  }

  private static MapGradients only(boolean bias, MapGradients of) {
    return new MapGradients(bias ? null : of.weight(), bias ? of.bias() : null);
  }

  private void checkFeedForward(RowGroups groups, int width, int hidden) {
    for (boolean gated : new boolean[] {false, true}) {
      for (boolean biased : new boolean[] {false, true}) {
        checkFeedForward(groups, nets(groups.count(), width, hidden, gated, biased));
      }
    }
  }

  private void checkFeedForward(RowGroups groups, FeedForwardNets nets) {
    Nd4jKernels reference = new Nd4jKernels(DataType.DOUBLE);
    FeedForwardNets exactNets =
        new FeedForwardNets(
            nets.activation(),
            inDouble(nets.expand()),
            nets.up() == null ? null : inDouble(nets.up()),
            inDouble(nets.contract()));
    INDArray x = random(1, groups.inputRows(), nets.width());
    INDArray dy = random(2, groups.rows(), nets.width());
    List<FeedForwardGradients> found = gradients(nets, kernels().dataType());
    List<FeedForwardGradients> expected = gradients(exactNets, DataType.DOUBLE);
    INDArray exactX = x.castTo(DataType.DOUBLE);
    INDArray exactDy = dy.castTo(DataType.DOUBLE);
    FeedForwardPass exact = reference.feedForward(exactNets, exactX, groups);
    INDArray exactDx = exact.pullback().pull(exactDy, expected::get);
    double tolerance = nets.up() == null ? tolerance() : toleranceOfGated();
    for (boolean again : new boolean[] {false, true}) {
      FeedForwardPass pass = kernels().feedForward(nets, x, groups);
      assertClose(pass.output(), vector(exact.output()), tolerance);
      List<Integer> asked = new ArrayList<>();
      INDArray dx =
          pass.pullback()
              .pull(
                  dy,
                  g -> {
                    asked.add(g);
                    return again ? further(found.get(g)) : found.get(g);
                  });
      assertClose(dx, vector(exactDx), tolerance);
      assertThat(asked).doesNotHaveDuplicates().allMatch(g -> groups.size(g) > 0);
      for (int g : asked) {
        check(found.get(g), expected.get(g), again ? 2 : 1, tolerance);
      }
    }
  }

  private static FeedForwardGradients further(FeedForwardGradients first) {
    MapGradients up = first.up();
    return new FeedForwardGradients(
        first.expand().further(), up == null ? null : up.further(), first.contract().further());
  }

  private void check(
      FeedForwardGradients found, FeedForwardGradients expected, int times, double tolerance) {
    check(found.expand(), expected.expand(), times, tolerance);
    check(found.contract(), expected.contract(), times, tolerance);
    if (found.up() != null) {
      check(found.up(), Objects.requireNonNull(expected.up()), times, tolerance);
    }
  }

  private void check(MapGradients found, MapGradients expected, int times, double tolerance) {
    if (found.weight() != null) {
      INDArray weight = Objects.requireNonNull(expected.weight()).array();
      assertClose(found.weight().array(), vector(weight.mul(times)), tolerance);
    }
    if (found.bias() != null) {
      INDArray bias = Objects.requireNonNull(expected.bias()).array();
      assertClose(found.bias().array(), vector(bias.mul(times)), tolerance);
    }
  }

  private FeedForwardNets nets(int count, int width, int hidden, boolean gated, boolean biased) {
    return new FeedForwardNets(
        gated ? ActivationFunction.SILU : ActivationFunction.GELU,
        map(10, count, width, hidden, biased),
        gated ? map(30, count, width, hidden, biased) : null,
        map(50, count, hidden, width, biased));
  }

  private GroupedMap map(int seed, int count, int in, int out, boolean biased) {
    List<INDArray> weights = new ArrayList<>();
    List<INDArray> biases = new ArrayList<>();
    for (int g = 0; g < count; g++) {
      weights.add(random(seed + g, in, out).divi(Math.sqrt(in)));
      if (biased) {
        biases.add(random(seed + 10 + g, out));
      }
    }
    return new GroupedMap(weights, biases);
  }

  private static GroupedMap inDouble(GroupedMap map) {
    return new GroupedMap(inDouble(map.weights()), inDouble(map.biases()));
  }

  private static List<INDArray> inDouble(List<INDArray> arrays) {
    return arrays.stream().map(array -> array.castTo(DataType.DOUBLE)).toList();
  }

  /** Fresh ones, whose old content must not be read. */
  private static List<FeedForwardGradients> gradients(FeedForwardNets nets, DataType type) {
    List<FeedForwardGradients> all = new ArrayList<>();
    for (int g = 0; g < nets.expand().weights().size(); g++) {
      all.add(
          new FeedForwardGradients(
              fresh(nets.expand(), g, type),
              nets.up() == null ? null : fresh(nets.up(), g, type),
              fresh(nets.contract(), g, type)));
    }
    return all;
  }

  private static MapGradients fresh(GroupedMap map, int g, DataType type) {
    INDArray bias = map.bias(g);
    return new MapGradients(fresh(map.weight(g), type), bias == null ? null : fresh(bias, type));
  }

  private static Accumulator fresh(INDArray like, DataType type) {
    return new Accumulator(like.castTo(type).dup().assign(Double.NaN), 0);
  }
}
