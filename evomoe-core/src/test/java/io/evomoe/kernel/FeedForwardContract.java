package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import java.util.ArrayList;
import java.util.List;
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

  private void checkFeedForward(RowGroups groups, int width, int hidden) {
    Nd4jKernels reference = new Nd4jKernels(DataType.DOUBLE);
    FeedForwardNets nets = nets(groups.count(), width, hidden);
    FeedForwardNets exactNets =
        new FeedForwardNets(
            nets.activation(),
            inDouble(nets.expandWeights()),
            inDouble(nets.expandBiases()),
            inDouble(nets.contractWeights()),
            inDouble(nets.contractBiases()));
    INDArray x = random(1, groups.inputRows(), width);
    INDArray dy = random(2, groups.rows(), width);
    List<FeedForwardGradients> found = gradients(nets, kernels().dataType());
    List<FeedForwardGradients> expected = gradients(exactNets, DataType.DOUBLE);
    INDArray exactX = x.castTo(DataType.DOUBLE);
    INDArray exactDy = dy.castTo(DataType.DOUBLE);
    FeedForwardPass exact = reference.feedForward(exactNets, exactX, groups);
    INDArray exactDx =
        reference.feedForwardGradient(exactNets, exactX, groups, exact, exactDy, expected::get);
    FeedForwardPass pass = kernels().feedForward(nets, x, groups);
    assertClose(pass.output(), vector(exact.output()));
    for (boolean again : new boolean[] {false, true}) {
      List<Integer> asked = new ArrayList<>();
      INDArray dx =
          kernels()
              .feedForwardGradient(
                  nets,
                  x,
                  groups,
                  pass,
                  dy,
                  g -> {
                    asked.add(g);
                    return again ? found.get(g).further() : found.get(g);
                  });
      assertClose(dx, vector(exactDx));
      assertThat(asked).doesNotHaveDuplicates().allMatch(g -> groups.size(g) > 0);
      for (int g : asked) {
        check(found.get(g), expected.get(g), again ? 2 : 1);
      }
    }
  }

  private void check(FeedForwardGradients found, FeedForwardGradients expected, int times) {
    check(found.expandWeight(), expected.expandWeight(), times);
    check(found.expandBias(), expected.expandBias(), times);
    check(found.contractWeight(), expected.contractWeight(), times);
    check(found.contractBias(), expected.contractBias(), times);
  }

  private void check(Accumulator found, Accumulator expected, int times) {
    assertClose(found.array(), vector(expected.array().mul(times)));
  }

  private FeedForwardNets nets(int count, int width, int hidden) {
    List<INDArray> expand = new ArrayList<>();
    List<INDArray> expandBias = new ArrayList<>();
    List<INDArray> contract = new ArrayList<>();
    List<INDArray> contractBias = new ArrayList<>();
    for (int g = 0; g < count; g++) {
      expand.add(random(10 + g, width, hidden).divi(Math.sqrt(width)));
      expandBias.add(random(20 + g, hidden));
      contract.add(random(30 + g, hidden, width).divi(Math.sqrt(hidden)));
      contractBias.add(random(40 + g, width));
    }
    return new FeedForwardNets(ActivationFunction.GELU, expand, expandBias, contract, contractBias);
  }

  private static List<INDArray> inDouble(List<INDArray> arrays) {
    return arrays.stream().map(array -> array.castTo(DataType.DOUBLE)).toList();
  }

  /** Fresh ones, whose old content must not be read. */
  private static List<FeedForwardGradients> gradients(FeedForwardNets nets, DataType type) {
    List<FeedForwardGradients> all = new ArrayList<>();
    for (int g = 0; g < nets.expandWeights().size(); g++) {
      all.add(
          new FeedForwardGradients(
              fresh(nets.expandWeights().get(g), type),
              fresh(nets.expandBiases().get(g), type),
              fresh(nets.contractWeights().get(g), type),
              fresh(nets.contractBiases().get(g), type)));
    }
    return all;
  }

  private static Accumulator fresh(INDArray like, DataType type) {
    return new Accumulator(like.castTo(type).dup().assign(Double.NaN), 0);
  }
}
