package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DtsGateTest extends BuiltInGateTest {
  private static final TokenRows TOKENS = TokenRows.random(40, 1);

  DtsGateTest() {
    super(
        new DtsGate.EvolvedProvider(),
        Map.of("noise", "true", "balance", "0"),
        Map.of("weights", "gumbel", "renormalize", "false", "balance", "1"),
        Map.of("noise", "true", "renormalize", "false"),
        Map.of("noise", "true", "weights", "gumbel", "evaluation", "dense"),
        Map.of("gateActivation", "tanh", "renormalize", "false", "evaluation", "top1"),
        Map.of("gateActivation", "sigmoid", "weights", "gumbel", "balance", "2"),
        Map.of("routerInit", "uniform", "noise", "true", "renormalize", "false", "balance", "0"),
        Map.of("prior", "learned", "priorScale", "0.05"),
        Map.of("prior", "fixed", "priorScale", "0.05", "gateActivation", "tanh"),
        Map.of("prior", "learned", "priorScale", "0.05", "priorDistill", "0.5"),
        Map.of("prior", "annealed", "priorScale", "0.05", "priorDistill", "0.5", "noise", "true"));
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0.01 / moeLayers;
  }

  @Override
  protected boolean noisy(Map<String, String> options) {
    return options.containsKey("noise");
  }

  @Test
  void should_spawn_its_experts_as_evomoe_and_start_with_them_as_dts() {
    assertThat(provider().growth()).isEqualTo(ExpertLifecycle.SPAWNED);
    assertThat(new DtsGate.AloneProvider().name()).isEqualTo("dts");
    assertThat(new DtsGate.AloneProvider().growth()).isEqualTo(ExpertLifecycle.FROM_START);
    Routing evolved = route(Map.of(), at(0.5, true));
    Routing alone =
        GateScene.of(new DtsGate.AloneProvider(), EXPERTS, Map.of())
            .route(TOKENS, at(0.5, true))
            .routing();

    assertThat(alone.tokens()).isEqualTo(evolved.tokens());
    assertThat(alone.weights()).isEqualTo(evolved.weights());
  }

  @ParameterizedTest
  @CsvSource({"2, 0", "4, 0.999", "5, 0.5", "5, 0.3", "1, 0.999"})
  void should_always_keep_the_first_expert(int experts, String threshold) {
    Map<String, String> options = Map.of("threshold", threshold);
    GateScene scene = GateScene.of(provider(), experts, options);
    Routing sparse = scene.route(TOKENS, at(1, true)).routing();
    Routing dense =
        GateScene.of(provider(), experts, Map.of("threshold", "0"))
            .route(TOKENS, at(1, true))
            .routing();

    assertThat(sparse.firstExperts()).isEqualTo(dense.firstExperts()).doesNotContain(-1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_fewer_active_experts_as_temperature_falls(boolean training) {
    int[] active =
        Arrays.stream(new double[] {1000, 1, 0.3, 0.1, 0.01, 1e-6})
            .mapToInt(temperature -> route(Map.of(), at(temperature, training)).assignments())
            .toArray();

    assertThat(active).isSortedAccordingTo((a, b) -> Integer.compare(b, a));
    assertThat(active[0]).isEqualTo(TOKENS.size() * EXPERTS);
    assertThat(active[2]).isStrictlyBetween(TOKENS.size(), TOKENS.size() * EXPERTS);
    assertThat(active[5]).isEqualTo(TOKENS.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_start_with_so_many_experts_of_the_largest_weights_as_it_is_told(boolean training) {
    Routing dense = route(Map.of("threshold", "0", "renormalize", "false"), at(1000, training));
    for (int most = 1; most <= EXPERTS; most++) {
      Map<String, String> options =
          Map.of("threshold", "0", "renormalize", "false", "startExperts", "" + most);
      double[][] started = weights(route(options, at(1000, training)));
      double[][] all = weights(dense);

      for (int s = 0; s < TOKENS.size(); s++) {
        double[] descending = Arrays.copyOf(all[s], EXPERTS);
        Arrays.sort(descending);
        double least = descending[EXPERTS - most];
        for (int e = 0; e < EXPERTS; e++) {
          assertThat(started[s][e]).isEqualTo(all[s][e] >= least ? all[s][e] : 0);
        }
      }
    }
  }

  @Test
  void should_still_leave_experts_out_by_the_threshold_and_keep_more_in_a_hard_phase_of_more() {
    Map<String, String> two = Map.of("startExperts", "2");

    assertThat(route(two, at(1000, true)).assignments()).isEqualTo(2 * TOKENS.size());
    assertThat(route(two, at(0.3, true)).assignments())
        .isStrictlyBetween(TOKENS.size(), 2 * TOKENS.size());
    assertThat(route(two, at(0.3, true).hard(3)).assignments()).isEqualTo(3 * TOKENS.size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(Map.of("startExperts", "5"), at(1, true)))
        .withMessage(
            "option startExperts of gate evomoe must be a whole number at least 1 and at most 4,"
                + " was 5");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_one_expert_in_the_hard_phase_at_any_temperature(boolean training) {
    StepContext hard = new StepContext(1, Phase.HARD, 1000, training, 1);

    assertThat(route(Map.of(), hard).assignments()).isEqualTo(TOKENS.size());
    assertThat(route(Map.of("threshold", "0"), hard).firstExperts()).doesNotContain(-1);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "3, true", "4, true", "2, false", "3, false"})
  void should_keep_the_experts_of_the_largest_g_in_the_hard_phase(int kept, boolean training) {
    Map<String, String> threshold = Map.of("threshold", "0.999", "renormalize", "false");
    StepContext hard = new StepContext(1, Phase.HARD, 1000, 0, kept, training, 1);
    double[][] hardWeights = weights(route(threshold, hard));
    double[][] p = weights(route(Map.of("evaluation", "dense"), at(1, false)));

    for (int s = 0; s < TOKENS.size(); s++) {
      double least = Arrays.stream(p[s]).sorted().skip(EXPERTS - kept).findFirst().orElseThrow();
      double[] largest = Arrays.stream(p[s]).map(w -> w >= least ? w : 0).toArray();
      assertThat(hardWeights[s]).containsExactly(largest, within(1e-12));
    }
  }

  @Test
  void should_keep_the_lowest_of_equal_experts_in_the_hard_phase() {
    GateScene scene = scene(Map.of());
    scene.pointExpertsAlongAxes();
    StepContext hard = at(0.3, true).hard(2);

    assertThat(hardExperts(scene, hard, 1, 2, 3)).containsExactly(1, 2);
    assertThat(hardExperts(scene, hard, 3)).containsExactly(0, 3);
    assertThat(hardExperts(scene, hard.evaluating(), 0, 1, 2, 3)).containsExactly(0, 1);
  }

  private static int[] hardExperts(GateScene scene, StepContext hard, int... axes) {
    Routing routing = scene.route(TokenRows.between(40, axes), hard).routing();
    return IntStream.range(0, EXPERTS).filter(e -> routing.load(e) == 1).toArray();
  }

  @Test
  void should_teach_the_router_in_a_hard_phase_of_several_experts() {
    GateScene scene = scene(Map.of("balance", "0"));
    Routed routed = scene.route(TOKENS, at(0.3, true).hard(2));
    double[] slopes = new Random(1).doubles(routed.routing().assignments()).toArray();
    routed.pullback().pull(new RoutingGradient(slopes, new double[0]));

    assertThat(scene.gate().parameters().get(0).gradient().amaxNumber().doubleValue())
        .isGreaterThan(1e-3);
  }

  @Test
  void should_refuse_to_keep_more_experts_than_there_are() {
    GateScene scene = scene(Map.of());
    String refusal = "hardExperts must be at most the experts, 4, was 5";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.route(TOKENS, at(1, true).hard(5)))
        .withMessage(refusal);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.gate().topKRouting(at(1, true).hard(5)))
        .withMessage(refusal);
  }

  @Test
  void should_choose_by_noisy_g_and_weigh_by_p_in_the_form_of_the_paper() {
    Map<String, String> paper = Map.of("noise", "true", "renormalize", "false");
    Routing noisy = route(paper, at(0.3, true));
    Routing otherwise = route(paper, new StepContext(1, Phase.SOFT, 0.3, true, 2));
    double[][] p = weights(route(Map.of("evaluation", "dense"), at(0.3, false)));

    assertThat(noisy.tokens()).isNotEqualTo(otherwise.tokens());
    assertThat(noisy.tokens()).isNotEqualTo(route(paper, at(0.3, false)).tokens());
    for (int e = 0; e < EXPERTS; e++) {
      for (int i = noisy.offset(e); i < noisy.offset(e + 1); i++) {
        assertThat(noisy.weight(i)).isCloseTo(p[noisy.token(i)][e], within(1e-12));
      }
    }
  }

  @Test
  void should_weigh_by_g_where_asked() {
    Map<String, String> options =
        Map.of("weights", "gumbel", "threshold", "0.05", "renormalize", "false");
    Routing routing = route(options, at(0.5, true));
    double[][] p = weights(route(Map.of("evaluation", "dense"), at(1, false)));

    for (int e = 0; e < EXPERTS; e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        double[] row = p[routing.token(i)];
        double squares = Arrays.stream(row).map(v -> v * v).sum();
        double g = row[e] * row[e] / squares;
        assertThat(routing.weight(i)).isCloseTo(g, within(1e-12)).isGreaterThan(0.05);
      }
    }
  }

  @Test
  void should_draw_first_experts_in_proportion_to_softmax_under_gumbel_noise() {
    GateScene scene = GateScene.of(provider(), 2, Map.of("noise", "true"));
    scene.pointExpertsAlongAxes();
    TokenRows tokens = TokenRows.onAxes(1, new int[20_000]);
    StepContext hard = new StepContext(1, Phase.HARD, 0.7, true, 1);
    double share = scene.route(tokens, hard).routing().load(0) / 20_000.0;

    assertThat(share).isCloseTo(Math.E / (Math.E + 1), within(0.01));
  }

  @ParameterizedTest
  @CsvSource({"p, true", "p, false", "gumbel, true", "gumbel, false"})
  void should_sum_to_one_over_the_experts_of_a_token(String weights, boolean training) {
    Map<String, String> options = Map.of("noise", "true", "weights", weights, "threshold", "0.1");
    Routing routing = route(options, at(0.3, training));
    double[] sums = new double[TOKENS.size()];
    for (int i = 0; i < routing.assignments(); i++) {
      sums[routing.token(i)] += routing.weight(i);
    }

    assertThat(routing.assignments()).isBetween(TOKENS.size() + 1, 4 * TOKENS.size() - 1);
    assertThat(Arrays.stream(sums).boxed()).allMatch(sum -> Math.abs(sum - 1) < 1e-12);
  }

  @Test
  void should_evaluate_as_asked() {
    Map<String, String> one = Map.of("evaluation", "top1");
    Map<String, String> all = Map.of("evaluation", "dense");

    assertThat(route(one, at(1000, false)).assignments()).isEqualTo(TOKENS.size());
    assertThat(route(all, at(1e-6, false)).assignments()).isEqualTo(TOKENS.size() * EXPERTS);
    assertThat(route(one, at(1000, false)).firstExperts())
        .isEqualTo(route(all, at(1000, false)).firstExperts());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_balance_by_p_of_all_experts_or_by_weights_as_they_are(boolean renormalize) {
    double lambda = 0.5;
    Map<String, String> options =
        Map.of(
            "balance", Double.toString(lambda),
            "threshold", "0.1",
            "renormalize", Boolean.toString(renormalize));
    Routed routed = scene(options).route(TOKENS, at(0.3, true));
    Map<String, String> dense = Map.of("evaluation", "dense", "renormalize", "false");
    Routing shares = renormalize ? route(dense, at(0.3, false)) : routed.routing();
    double sum = 0;
    for (int e = 0; e < EXPERTS; e++) {
      double share = 0;
      for (int i = shares.offset(e); i < shares.offset(e + 1); i++) {
        share += shares.weight(i);
      }
      sum += share / TOKENS.size() * routed.routing().load(e) / TOKENS.size();
    }

    assertThat(routed.auxLoss())
        .isCloseTo(lambda * EXPERTS * sum / GateScene.MOE_LAYERS, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void should_balance_tokens_of_a_single_expert_whose_weight_teaches_nothing(
      String balance, boolean still) {
    GateScene scene = scene(Map.of("balance", balance));
    Routed routed = scene.route(TOKENS, new StepContext(1, Phase.HARD, 0.3, true, 1));
    double[] slopes = new Random(1).doubles(TOKENS.size()).toArray();
    routed.pullback().pull(new RoutingGradient(slopes, new double[0]));

    assertThat(Arrays.stream(routed.routing().weights()).boxed()).containsOnly(1.0);
    double steepest = scene.gate().parameters().get(0).gradient().amaxNumber().doubleValue();
    assertThat(steepest < 1e-12).isEqualTo(still);
  }

  @Test
  void should_act_at_any_balance_coefficient_above_zero() {
    assertThat(auxLoss("1e-12")).isPositive();
    assertThat(auxLoss("0")).isZero();
  }

  private double auxLoss(String balance) {
    return scene(Map.of("balance", balance)).route(TOKENS, at(1, true)).auxLoss();
  }

  private Routing route(Map<String, String> options, StepContext context) {
    return scene(options).route(TOKENS, context).routing();
  }

  private static StepContext at(double temperature, boolean training) {
    return new StepContext(1, Phase.SOFT, temperature, training, 1);
  }
}
