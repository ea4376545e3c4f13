package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.TokenBatch;
import io.evomoe.testing.Differences;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MoeLayerTest {
  private static final int[] ORDER = {3, 0, 4, 1, 2};

  static Stream<Arguments> routings() {
    UnaryOperator<FixedGate> plain = gate -> gate;
    UnaryOperator<FixedGate> bypass = FixedGate::withBypass;
    UnaryOperator<FixedGate> balance = gate -> gate.withBalance(0.5);
    return Stream.of(
        Arguments.of("top-1", MoeScene.TOP_1, plain),
        Arguments.of("top-1, balance", MoeScene.TOP_1, balance),
        Arguments.of("top-1, tokens in order", MoeScene.IN_ORDER, balance),
        Arguments.of("dense", MoeScene.DENSE, balance),
        Arguments.of("dense, bypass", MoeScene.DENSE, bypass),
        Arguments.of("partial", MoeScene.PARTIAL, balance),
        Arguments.of("partial, bypass", MoeScene.PARTIAL, bypass),
        Arguments.of("none", MoeScene.NONE, plain),
        Arguments.of("none, bypass", MoeScene.NONE, bypass));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routings")
  void should_be_the_weighted_sum_of_the_experts(
      String name, double[][] mask, UnaryOperator<FixedGate> change) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      MoeScene scene = new MoeScene(type, mask, change);
      INDArray x = scene.tokens(5);
      INDArray y = scene.layer.forward(x, MoeScene.pass(5)).value();
      double[] expected = flat(scene.slow(x, MoeScene.pass(5)));

      assertThat(Differences.relative(Differences.elements(y), expected))
          .as("%s, %s", name, type)
          .isLessThan(type == DataType.DOUBLE ? 1e-12 : 1e-5);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routings")
  void should_have_the_gradient_of_central_differences(
      String name, double[][] mask, UnaryOperator<FixedGate> change) {
    MoeScene scene = new MoeScene(DataType.DOUBLE, mask, change);

    LayerGradientCheck.check(scene.layer, scene.tokens(5), MoeScene.pass(5));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_equal_its_single_expert_for_a_whole_batch(DataType type) {
    MoeScene scene = new MoeScene(type, new double[][] {{1}, {1}, {1}, {1}, {1}}, gate -> gate);
    INDArray x = scene.tokens(5);
    INDArray dy = RandomArrays.gaussian(type, 2, 5, MoeScene.WIDTH);
    Output mixture = scene.layer.forward(x, MoeScene.pass(5));
    Output plain = scene.experts.get(0).forward(x, MoeScene.pass(5));
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-6;

    assertThat(Differences.relative(mixture.value(), plain.value())).isLessThan(tolerance);
    assertThat(Differences.relative(mixture.pullback().pull(dy), plain.pullback().pull(dy)))
        .isLessThan(tolerance);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routings")
  void should_permute_its_output_with_the_tokens(
      String name, double[][] mask, UnaryOperator<FixedGate> change) {
    double[][] permutedMask = Arrays.stream(ORDER).mapToObj(s -> mask[s]).toArray(double[][]::new);
    MoeScene scene = new MoeScene(DataType.DOUBLE, mask, change);
    MoeScene permuted = new MoeScene(DataType.DOUBLE, permutedMask, change);
    INDArray x = scene.tokens(5);
    INDArray y = scene.layer.forward(x, MoeScene.pass(5)).value();
    INDArray z = permuted.layer.forward(rows(x, ORDER), MoeScene.pass(5)).value();

    assertThat(Differences.relative(z, rows(y, ORDER))).as(name).isLessThan(1e-12);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_give_the_same_with_and_without_gathering(DataType type) {
    double[][] oneMore = Arrays.copyOf(MoeScene.DENSE, 6);
    oneMore[5] = new double[3];
    MoeScene fast = new MoeScene(type, MoeScene.DENSE, gate -> gate);
    MoeScene gathered = new MoeScene(type, oneMore, gate -> gate);
    int[] first = {0, 1, 2, 3, 4};
    INDArray six = fast.tokens(6);
    INDArray dy = RandomArrays.gaussian(type, 2, 6, MoeScene.WIDTH);
    Output few = fast.layer.forward(rows(six, first), MoeScene.pass(5));
    Output all = gathered.layer.forward(six, MoeScene.pass(6));
    INDArray dFew = few.pullback().pull(rows(dy, first));
    INDArray dAll = all.pullback().pull(dy);

    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    assertThat(Differences.relative(few.value(), rows(all.value(), first))).isLessThan(tolerance);
    assertThat(Differences.relative(dFew, rows(dAll, first))).isLessThan(tolerance);
    for (int i = 0; i < fast.layer.parameters().size(); i++) {
      Parameter a = fast.layer.parameters().get(i);
      Parameter b = gathered.layer.parameters().get(i);
      assertThat(Differences.relative(a.gradient(), b.gradient()))
          .as(a.name())
          .isLessThan(tolerance);
    }
  }

  @Test
  void should_show_the_outputs_of_its_experts_to_an_observer() {
    MoeScene scene = new MoeScene(DataType.DOUBLE, MoeScene.PARTIAL, gate -> gate);
    INDArray x = scene.tokens(5);
    List<Routing> seen = new ArrayList<>();
    scene.layer.observe(
        (routing, outputs) -> {
          seen.add(routing);
          for (int e = 0; e < routing.experts(); e++) {
            for (int i = routing.offset(e); i < routing.offset(e) + routing.load(e); i++) {
              INDArray token = rows(x, new int[] {routing.token(i)});
              INDArray alone = scene.experts.get(e).forward(token, MoeScene.pass(1)).value();
              assertThat(Differences.relative(rows(outputs, new int[] {i}), alone))
                  .isLessThan(1e-12);
            }
          }
        });
    scene.layer.forward(x, MoeScene.pass(5));

    assertThat(seen).singleElement().satisfies(one -> assertThat(one.assignments()).isPositive());
  }

  @Test
  void should_give_no_gradient_to_an_expert_without_tokens() {
    MoeScene scene = MoeScene.of(MoeScene.TOP_1);
    scene.layer.forward(scene.tokens(5), MoeScene.pass(5)).pullback().pull(scene.tokens(5));

    assertThat(scene.parametersOf(2)).noneMatch(Parameter::hasGradient);
    assertThat(scene.parametersOf(0)).allMatch(Parameter::hasGradient);
    assertThat(scene.parametersOf(1)).allMatch(Parameter::hasGradient);
  }

  @Test
  void should_report_real_tokens_and_their_experts() {
    MoeScene scene = new MoeScene(DataType.DOUBLE, MoeScene.PARTIAL, g -> g.withBalance(0.5));
    boolean[] padding = {false, true, false, false, false};
    TokenBatch batch = new TokenBatch(5, new int[5], padding);
    Output output = scene.layer.forward(scene.tokens(5), MoeScene.pass(batch));
    double auxLoss = scene.gate.route(scene.tokens(5), MoeScene.pass(batch)).auxLoss();

    assertThat(output.reports())
        .containsExactly(
            new RoutingReport(
                "moe", 4, List.of(2, 1, 3), List.of(1, 1, 1, 1), 0, auxLoss, List.of()));
    assertThat(auxLoss).isPositive();
  }

  @Test
  void should_report_the_first_experts_of_real_tokens_in_evaluation_only() {
    MoeScene scene = MoeScene.of(new double[][] {{0, 1, 0}, {1, 0, 0}, {0, 0, 0}, {0, 0, 1}});
    TokenBatch batch = new TokenBatch(4, new int[4], new boolean[] {false, true, false, false});
    Pass training = MoeScene.pass(batch);
    Pass evaluation = new Pass(training.step().evaluating(), batch);
    INDArray x = scene.tokens(4);

    assertThat(scene.layer.forward(x, evaluation).reports().get(0).firstExperts())
        .containsExactly(1, -1, 2);
    assertThat(scene.layer.forward(x, training).reports().get(0).firstExperts()).isEmpty();
  }

  @Test
  void should_give_zero_to_padding_and_nothing_of_it_to_others() {
    MoeScene scene = MoeScene.of(MoeScene.PARTIAL);
    INDArray x = scene.tokens(5);
    INDArray y = scene.layer.forward(x, MoeScene.pass(5)).value().dup();
    x.getRow(1).addi(3);
    INDArray z = scene.layer.forward(x, MoeScene.pass(5)).value();

    assertThat(z).isEqualTo(y);
    assertThat(y.getRow(1).toDoubleVector()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"5, 2", "4, 3"})
  void should_refuse_a_gate_that_routes_another_number_of_tokens_or_experts(
      int tokens, int experts) {
    MoeScene scene = MoeScene.of(MoeScene.DENSE);
    Routing routing = new Routing.Builder(tokens, experts).build();
    Gate gate = new BadGateTest.Answering(() -> new Routed(routing, 0, gradient -> null));
    MoeLayer layer =
        new MoeLayer("moe", KernelSelection.forType(DataType.DOUBLE), gate, scene.experts);

    assertThatIllegalStateException()
        .isThrownBy(() -> layer.forward(scene.tokens(5), MoeScene.pass(5)))
        .withMessage(
            "the gate of moe must route 5 tokens to 3 experts, but routed %d to %d",
            tokens, experts);
  }

  @Test
  void should_refuse_to_be_without_experts() {
    FixedGate gate = MoeScene.of(MoeScene.DENSE).gate;

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new MoeLayer("moe", KernelSelection.forType(DataType.DOUBLE), gate, List.of()))
        .withMessage("experts must be at least 1, was 0 (moe)");
  }

  @Test
  void should_list_the_gate_first_and_then_each_expert() {
    MoeScene scene = MoeScene.of(MoeScene.DENSE);

    assertThat(scene.layer.parameters())
        .hasSize(1 + 3 * 4)
        .startsWith(scene.gate.parameters().get(0))
        .endsWith(scene.parametersOf(2).get(3));
    assertThat(scene.layer.gate()).isSameAs(scene.gate);
  }

  @Test
  void should_leave_its_input_and_the_gradient_it_gets_alone() {
    MoeScene scene = new MoeScene(DataType.FLOAT, MoeScene.DENSE, FixedGate::withBypass);
    INDArray x = scene.tokens(5);
    INDArray dy = scene.tokens(5);
    scene.layer.forward(x, MoeScene.pass(5)).pullback().pull(dy);

    assertThat(x).isEqualTo(scene.tokens(5));
    assertThat(dy).isEqualTo(scene.tokens(5));
  }

  private static INDArray rows(INDArray x, int[] order) {
    INDArray rows = RandomArrays.gaussian(x.dataType(), 0, order.length, x.columns());
    for (int i = 0; i < order.length; i++) {
      rows.putRow(i, x.getRow(order[i]));
    }
    return rows;
  }

  private static double[] flat(double[][] matrix) {
    return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
  }
}
