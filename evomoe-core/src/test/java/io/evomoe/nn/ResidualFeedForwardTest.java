package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.GradientCheck;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ResidualFeedForwardTest {
  private static final int WIDTH = 6;
  private static final Pass PASS =
      new Pass(new StepContext(0, Phase.SOFT, 1, true, 1), TokenBatch.of(1, new int[5]));

  @Test
  void should_hand_its_input_through_at_the_start() {
    FeedForward net = fresh("net", KernelSelection.forType(DataType.DOUBLE));
    INDArray x = random(5, 3).castTo(DataType.DOUBLE);

    assertThat(net.forward(x, PASS).value()).isEqualTo(x);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_give_each_group_what_its_own_net_gives_alone(DataType type) {
    List<FeedForward> nets = trained(KernelSelection.forType(type));
    INDArray x = random(7, 3).castTo(type);
    RowGroups groups = RowGroups.routed(new int[] {0, 3, 3, 7});
    INDArray dy = random(7, 4).castTo(type);
    Output grouped = FeedForward.forward(nets, x, groups, PASS);
    INDArray dx = grouped.pullback().pull(dy);

    assertThat(nets.get(1).parameters()).noneMatch(Parameter::hasGradient);
    for (int g : new int[] {0, 2}) {
      Output alone = nets.get(g).forward(rows(x, groups, g), PASS);
      assertClose(rows(grouped.value(), groups, g), alone.value());
      assertClose(rows(dx, groups, g), alone.pullback().pull(rows(dy, groups, g)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_sum_the_input_gradient_of_groups_that_share_their_rows(DataType type) {
    List<FeedForward> nets = trained(KernelSelection.forType(type));
    INDArray x = random(4, 3).castTo(type);
    RowGroups shared = RowGroups.shared(3, 4);
    INDArray dy = random(12, 4).castTo(type);
    Output grouped = FeedForward.forward(nets, x, shared, PASS);
    INDArray dx = grouped.pullback().pull(dy);
    INDArray sum = Nd4j.zeros(type, 4, WIDTH);
    for (int g = 0; g < 3; g++) {
      Output alone = nets.get(g).forward(x, PASS);
      assertClose(rows(grouped.value(), shared, g), alone.value());
      sum.addi(alone.pullback().pull(rows(dy, shared, g)));
    }

    assertClose(dx, sum);
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    List<FeedForward> nets = trained(KernelSelection.forType(DataType.DOUBLE));
    INDArray x = random(6, 3).castTo(DataType.DOUBLE);
    INDArray slopes = random(6, 4).castTo(DataType.DOUBLE);
    RowGroups groups = RowGroups.routed(new int[] {0, 1, 4, 6});
    DoubleSupplier loss =
        () -> {
          try (MemoryWorkspace ignored = workspace()) {
            INDArray y = FeedForward.forward(nets, x, groups, PASS).value();
            return y.mul(slopes).sumNumber().doubleValue();
          }
        };
    INDArray dx = FeedForward.forward(nets, x, groups, PASS).pullback().pull(slopes);

    GradientCheck check = GradientCheck.DEFAULT.withSample(8);
    check.check(loss, "x", x, dx);
    nets.forEach(net -> check.check(loss, net.parameters()));
  }

  @Test
  void should_make_children_that_compute_the_same_with_parameters_of_their_own() {
    FeedForward parent = trained(KernelSelection.forType(DataType.DOUBLE)).get(0);
    Scope scope = Scope.root(1, KernelSelection.forType(DataType.DOUBLE)).child("child");
    FeedForward child = parent.child(scope, (name, deviation, columns, values) -> values);
    INDArray x = random(5, 3).castTo(DataType.DOUBLE);
    INDArray before = parent.forward(x, PASS).value();

    assertThat(child.forward(x, PASS).value()).isEqualTo(before);
    assertThat(child.parameters()).allMatch(p -> p.name().startsWith("child."));
    child.parameters().forEach(p -> p.value().assign(9));
    assertThat(parent.forward(x, PASS).value()).isEqualTo(before);
  }

  private static MemoryWorkspace workspace() {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace("GRADIENT_CHECK");
  }

  private static List<FeedForward> trained(Kernels kernels) {
    List<FeedForward> nets =
        IntStream.range(0, 3).mapToObj(i -> fresh("nets." + i, kernels)).toList();
    for (FeedForward net : nets) {
      for (Parameter parameter : net.parameters()) {
        CounterRandom random = new CounterRandom(CounterRandom.fold(5, parameter.name()));
        for (long i = 0; i < parameter.length(); i++) {
          parameter.value().putScalar(i, 0.5 * random.gaussian(i));
        }
      }
    }
    return nets;
  }

  private static FeedForward fresh(String name, Kernels kernels) {
    Scope scope = Scope.root(1, kernels).child(name);
    return FeedForward.residual(
        scope,
        NormConfig.LAYER,
        FeedForwardConfig.plain(WIDTH, 9, ActivationFunction.GELU),
        new Initialization(0.5, 0.5));
  }

  private static INDArray random(int rows, long seed) {
    CounterRandom random = new CounterRandom(seed);
    double[] values = IntStream.range(0, rows * WIDTH).mapToDouble(random::gaussian).toArray();
    return Nd4j.create(values, new long[] {rows, WIDTH}, 'c');
  }

  private static INDArray rows(INDArray x, RowGroups groups, int g) {
    int first = x.size(0) == groups.rows() ? groups.offset(g) : groups.inputOffset(g);
    return x.get(NDArrayIndex.interval(first, first + groups.size(g)), NDArrayIndex.all()).dup();
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    double tolerance = actual.dataType() == DataType.DOUBLE ? 1e-12 : 1e-5;
    double[] wanted = expected.dup('c').data().asDouble();
    assertThat(actual.dup('c').data().asDouble()).containsExactly(wanted, within(tolerance));
  }
}
