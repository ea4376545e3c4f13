package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.FixedGate;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.MoeLayer;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.testing.Differences;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gates together with their experts, in double and away from ties. */
class GatedLayerTest {
  private static final int EXPERTS = 4;
  private static final TokenRows TOKENS = TokenRows.random(6, 1).withPadding();
  private static final Scope SCOPE = Scope.root(7, KernelSelection.forType(DataType.DOUBLE));
  private static final Pass TRAINING = new Pass(GateScene.training(), TOKENS.batch());

  static Stream<Arguments> gates() {
    GateProvider dts = new DtsGate.EvolvedProvider();
    GateProvider top1 = new TopKGate.SwitchProvider();
    return Stream.of(
        Arguments.of(dts, Map.of("balance", "0.5", "threshold", "0.1")),
        Arguments.of(dts, Map.of("weights", "gumbel", "noise", "true", "threshold", "0.1")),
        Arguments.of(dts, Map.of("noise", "true", "renormalize", "false")),
        Arguments.of(dts, Map.of("startExperts", "2", "threshold", "0", "balance", "0.5")),
        Arguments.of(top1, Map.of("alpha", "0.5", "zLoss", "0.1", "capacityFactor", "0.7")),
        Arguments.of(top1, Map.of("jitter", "0.1")));
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_have_the_gradient_of_central_differences(
      GateProvider provider, Map<String, String> options) {
    MoeLayer layer = layer(GateScene.of(provider, EXPERTS, options).gate());
    for (StepContext context : List.of(GateScene.training(), GateScene.evaluation())) {
      LayerGradientCheck.check(layer, TOKENS.array(), new Pass(context, TOKENS.batch()));
    }
  }

  @Test
  void should_drop_tokens_beyond_capacity_with_output_zero_and_no_gradient() {
    Map<String, String> options = Map.of("capacityFactor", "0.1", "alpha", "0");
    MoeLayer layer = layer(GateScene.of(new TopKGate.SwitchProvider(), EXPERTS, options).gate());
    Output output = layer.forward(TOKENS.array(), TRAINING);
    INDArray dx = output.pullback().pull(TOKENS.array());
    Routing routing = layer.gate().route(TOKENS.array(), TRAINING).routing();
    int[] first = routing.firstExperts();

    assertThat(output.reports().get(0).dropped()).isPositive();
    for (int s = 0; s < TOKENS.size(); s++) {
      double y = output.value().getRow(s).norm1Number().doubleValue();
      assertThat(y == 0).as("token %d is left out", s).isEqualTo(first[s] < 0);
      assertThat(dx.getRow(s).norm1Number().doubleValue() == 0).isEqualTo(first[s] < 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"p, false", "p, true", "gumbel, false", "gumbel, true"})
  void should_compute_as_a_gate_whose_mask_and_noise_are_fixed_to_those_of_dts(
      String weights, String renormalize) {
    Map<String, String> options =
        Map.of(
            "noise", "true",
            "weights", weights,
            "renormalize", renormalize,
            "threshold", "0.1",
            "balance", "0.5");
    Gate dts = GateScene.of(new DtsGate.AloneProvider(), EXPERTS, options).gate();
    FixedGate given = fixedTo(dts, weights.equals("gumbel"));
    Gate fixed = renormalize.equals("true") ? given.withWeightsOfSumOne() : given;
    MoeLayer layer = layer(dts);
    MoeLayer expected = layer(fixed);
    INDArray dy = RandomArrays.gaussian(DataType.DOUBLE, 2, TOKENS.size(), TokenRows.WIDTH);
    Output y = layer.forward(TOKENS.array(), TRAINING);
    Output z = expected.forward(TOKENS.array(), TRAINING);
    INDArray dx = y.pullback().pull(dy);

    assertThat(Differences.relative(y.value(), z.value())).isLessThan(1e-12);
    assertThat(Differences.relative(dx, z.pullback().pull(dy))).isLessThan(1e-12);
    assertThat(y.reports().get(0).load()).isEqualTo(z.reports().get(0).load());
    assertThat(y.reports().get(0).auxLoss()).isCloseTo(z.reports().get(0).auxLoss(), within(1e-12));
    assertThat(y.reports().get(0).meanActiveExperts()).isBetween(1.1, 3.9);
    for (int i = 0; i < layer.parameters().size(); i++) {
      INDArray gradient = layer.parameters().get(i).gradient();
      assertThat(Differences.relative(gradient, expected.parameters().get(i).gradient()))
          .isLessThan(1e-11);
    }
  }

  private static FixedGate fixedTo(Gate dts, boolean gumbel) {
    double[][] mask = new double[TOKENS.size()][EXPERTS];
    Routing routing = dts.route(TOKENS.array(), TRAINING).routing();
    for (int e = 0; e < EXPERTS; e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        mask[routing.token(i)][e] = 1;
      }
    }
    FixedGate gate =
        FixedGate.of(SCOPE.child("gate"), TokenRows.WIDTH, EXPERTS, FixedGate.Table.of(mask))
            .withBalance(0.5 / GateScene.MOE_LAYERS);
    gate.projection().weight().value().assign(dts.parameters().get(0).value());
    return gumbel
        ? gate.withNoise(FixedGate.Table.of(zeta()), TRAINING.step().temperature())
        : gate;
  }

  /** The noise that a DTS gate draws in this pass. */
  private static double[][] zeta() {
    CounterRandom random = TRAINING.step().random("gate.gumbel");
    double[][] zeta = new double[TOKENS.size()][EXPERTS];
    long position = 0;
    for (int s = 0; s < TOKENS.size(); s++) {
      for (int e = 0; e < EXPERTS && !TOKENS.batch().isPadding(s); e++) {
        zeta[s][e] = random.gumbel(position++);
      }
    }
    return zeta;
  }

  private static MoeLayer layer(Gate gate) {
    Initialization large = new Initialization(0.5, 0.5);
    List<FeedForward> experts =
        IntStream.range(0, EXPERTS)
            .mapToObj(e -> SCOPE.child("experts").child(e))
            .map(
                s ->
                    new FeedForward(
                        s,
                        FeedForwardConfig.plain(TokenRows.WIDTH, 7, ActivationFunction.GELU),
                        large))
            .toList();
    List<Parameter> parameters = experts.stream().flatMap(e -> e.parameters().stream()).toList();
    LayerGradientCheck.disturb(parameters, 0.2);
    return new MoeLayer("moe", SCOPE.kernels(), gate, experts);
  }
}
