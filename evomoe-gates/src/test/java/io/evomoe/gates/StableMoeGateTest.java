package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.optimizer.AdamW;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StableMoeGateTest extends BuiltInGateTest {
  private static final Map<String, String> STAGE_TWO = Map.of("stageOneSteps", "0");

  StableMoeGateTest() {
    super(
        new StableMoeGate.Provider(),
        Map.of("balance", "1", "distill", "0"),
        STAGE_TWO,
        Map.of("prior", "learned", "priorScale", "0.05"),
        Map.of(
            "stageOneSteps",
            "0",
            "prior",
            "annealed",
            "priorScale",
            "0.05",
            "priorDistill",
            "0.5"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0.3 * crossEntropyAlongAxes(experts);
  }

  @Override
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return 0.3 * (experts - 1) + 0.3 * crossEntropyAlongAxes(experts);
  }

  /** Of logits that are 1 for the expert chosen and 0 for the others. */
  private static double crossEntropyAlongAxes(int experts) {
    return Math.log(Math.E + experts - 1) - 1;
  }

  @ParameterizedTest
  @CsvSource({"10000, 999, 1000", "101, 10, 11", "10, 0, 1", "1, 0, 1"})
  void should_end_the_first_stage_after_a_tenth_of_the_training(int steps, long last, long next) {
    GateScene scene = GateScene.of(provider(), EXPERTS, Map.of(), 7, TrainingFacts.ofSteps(steps));
    TokenRows tokens = TokenRows.random(8, 1);

    assertThat(scene.route(tokens, at(last)).auxLoss()).isPositive();
    assertThat(scene.route(tokens, at(next)).auxLoss()).isZero();
  }

  @Test
  void should_ask_for_the_first_stage_where_the_length_of_training_is_not_known() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GateScene.of(provider(), EXPERTS, Map.of(), 7, TrainingFacts.UNKNOWN))
        .withMessage(
            "option stageOneSteps of gate stablemoe must be set if the number of training"
                + " steps is unknown");
    GateScene scene = GateScene.of(provider(), EXPERTS, STAGE_TWO, 7, TrainingFacts.UNKNOWN);
    assertThat(scene.route(TokenRows.random(3, 1), at(0)).routing().assignments()).isEqualTo(3);
  }

  @Test
  void should_follow_the_tokens_in_stage_one_and_their_ids_in_stage_two() {
    TokenRows rowsOfTwo = TokenRows.onAxes(CLEAR, 2, 2, 2).withIds(1, 3, 0);

    for (boolean training : new boolean[] {true, false}) {
      GateScene scene = scene(Map.of("stageOneSteps", "5"));
      scene.pointExpertsAlongAxes();
      StepContext four = new StepContext(4, Phase.SOFT, 1, training, 1);
      StepContext five = new StepContext(5, Phase.SOFT, 1, training, 1);
      assertThat(scene.route(rowsOfTwo, four).routing().firstExperts()).containsExactly(2, 2, 2);
      assertThat(scene.route(rowsOfTwo, five).routing().firstExperts()).containsExactly(1, 3, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"none, 50", "learned, 54"})
  void should_touch_one_row_of_each_table_for_each_token(String prior, int rows) {
    Gate gate = scene(Map.of("prior", prior)).gate();
    long tables =
        gate.parameters().stream()
            .filter(p -> p.name().endsWith("embedding.weight") || p.name().endsWith("prior"))
            .mapToLong(Parameter::length)
            .sum();

    assertThat(gate.idleParameters()).isPositive().isEqualTo(tables - rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1000"})
  void should_blend_expert_and_token_by_the_sigmoid_of_the_affinity(String stageOneSteps) {
    GateScene scene = scene(Map.of("stageOneSteps", stageOneSteps));
    scene.pointExpertsAlongAxes();
    Routing routing =
        scene.route(TokenRows.onAxes(2, 1).withPadding(), GateScene.training()).routing();
    double sigmoid = 1 / (1 + Math.exp(-2));

    assertThat(routing.firstExperts()).containsExactly(-1, 1, -1);
    assertThat(routing.weight(0)).isCloseTo(sigmoid, within(1e-15));
    assertThat(routing.bypass()).containsExactly(0, 1 - sigmoid, 0);
  }

  @Test
  void should_weigh_overload_by_the_sigmoids_of_the_tokens_that_cause_it() {
    GateScene scene = GateScene.of(provider(), 2, Map.of("balance", "1", "distill", "0"));
    scene.pointExpertsAlongAxes();
    TokenRows tokens = TokenRows.onAxes(1.5, 0, 0, 0, 1).withPadding();
    double sigmoid = 1 / (1 + Math.exp(-1.5));
    // Loads 3 and 1 around a mean of 2: (3 * 1/2 - 1 * 1/2) sigmoids over 4 tokens.
    double expected = (3 * 0.5 - 0.5) * sigmoid / 4;

    assertThat(scene.route(tokens, GateScene.training()).auxLoss())
        .isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(strings = {"balance", "distill"})
  void should_act_at_any_coefficient_above_zero(String name) {
    Map<String, String> none = Map.of("balance", "0", "distill", "0");
    Map<String, String> some =
        name.equals("balance")
            ? Map.of("balance", "1e-9", "distill", "0")
            : Map.of("balance", "0", "distill", "1e-9");
    TokenRows tokens = TokenRows.random(9, 1);
    Routed with = scene(some).route(tokens, GateScene.training());

    assertThat(scene(none).route(tokens, GateScene.training()).auxLoss()).isZero();
    assertThat(with.auxLoss()).isNotZero();
  }

  @Test
  void should_keep_its_router_to_the_bit_from_the_switch_to_the_end_of_training() {
    LayerScene layer = LayerScene.of(provider(), Map.of());
    AdamW optimizer = new AdamW(LayerScene.kernels(), new AdamW.Config(0.9, 0.95, 1e-8, 0.1));
    List<Parameter> router = named(layer, ".distilled.");
    List<Parameter> centroids = named(layer, "moe.gate.centroids");
    double[][] before = values(router);
    for (int step = 0; step < 4; step++) {
      double[][] last = values(router);
      train(layer, optimizer, step);
      assertThat(values(router)[0]).as("embedding, step %d", step).isNotEqualTo(last[0]);
      assertThat(values(router)[1]).as("centroids, step %d", step).isNotEqualTo(last[1]);
    }
    assertThat(router).allMatch(parameter -> optimizer.moments(parameter).isPresent());
    double[][] atSwitch = values(router);
    double[][] centroidsAtSwitch = values(centroids);
    for (int step = 4; step < 40; step++) {
      train(layer, optimizer, step);
      assertThat(values(router)).as("step %d", step).isDeepEqualTo(atSwitch);
      assertThat(router).allMatch(parameter -> optimizer.moments(parameter).isEmpty());
    }
    assertThat(atSwitch[0]).isNotEqualTo(before[0]);
    assertThat(values(centroids)[0]).isNotEqualTo(centroidsAtSwitch[0]);
  }

  @Test
  void should_not_be_frozen_by_an_evaluation() {
    GateScene scene = scene(STAGE_TWO);
    scene.route(TokenRows.random(3, 1), GateScene.evaluation());
    assertThat(scene.gate().parameters()).noneMatch(Parameter::frozen);

    scene.route(TokenRows.random(2, 1).withPadding().select(0, 3), GateScene.training());
    assertThat(scene.gate().parameters()).extracting(Parameter::frozen).contains(false, true, true);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 20})
  void should_have_the_layer_gradient_of_central_differences(long step) {
    assertThat(provider().expertForm()).isEqualTo(ExpertForm.RESIDUAL);
    LayerScene.of(provider(), Map.of()).checkGradient(step);
  }

  private static void train(LayerScene layer, AdamW optimizer, long step) {
    layer.backward(step);
    optimizer.update(layer.parameters(), 0.01, 1);
  }

  private static List<Parameter> named(LayerScene layer, String part) {
    return layer.parameters().stream().filter(p -> p.name().contains(part)).toList();
  }

  private static double[][] values(List<Parameter> parameters) {
    return parameters.stream()
        .map(p -> p.value().dup('c').data().asDouble())
        .toArray(double[][]::new);
  }

  private static StepContext at(long step) {
    return new StepContext(step, Phase.SOFT, 1, true, 1);
  }
}
