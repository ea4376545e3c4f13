package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The laws every gate obeys. A gate's test extends this, names its provider and the losses it
 * should have, and says where a law does not apply.
 */
public abstract class GateContract extends GateTopKContract {
  private static final int EXPERTS = 4;
  private static final double CLEAR = 40;
  private static final double EXACT = 1e-12;

  /**
   * Auxiliary loss in training where each expert is the clear choice of as many tokens; by default
   * none.
   */
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0;
  }

  /**
   * Auxiliary loss in training where one expert is the clear choice of every token; by default E
   * times that at balance, as of the usual balance loss.
   */
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return experts * auxLossAtBalance(experts, moeLayers);
  }

  /** Whether training draws random numbers that can change the experts of a token. */
  protected boolean noisy(Map<String, String> options) {
    return false;
  }

  /** Whether training prefers earlier tokens. */
  protected boolean capacityByPosition() {
    return false;
  }

  /** Whether evaluation, too, weighs the tokens of a batch against each other. */
  protected boolean comparesTokens() {
    return false;
  }

  /** Whether the routing depends on the tokens' rows, and not on their ids or places alone. */
  protected boolean looksAtRows() {
    return true;
  }

  /** Whether a single expert has weight 1, or what it lacks goes to the bypass. */
  protected boolean singleExpertIsWhole() {
    return true;
  }

  /** Most tokens an expert may take in training, at default options. */
  protected OptionalInt capacity(int realTokens, int experts) {
    return OptionalInt.empty();
  }

  /** Makes expert e the clear choice of tokens on axis e. */
  protected void pointExpertsAlongAxes(GateScene scene) {
    scene.pointExpertsAlongAxes();
  }

  @Test
  void should_be_installed_under_its_name() {
    GateProvider found = GateProvider.named(provider().name());

    assertThat(found).isInstanceOf(provider().getClass());
    assertThat(found.name()).isEqualTo(found.name().toLowerCase(Locale.ROOT)).doesNotContain(" ");
    assertThat(found.description()).isNotBlank().doesNotContain("\n");
  }

  @Test
  void should_name_its_parameters_in_its_scope() {
    Gate gate = GateScene.of(provider(), 1, Map.of()).gate();

    assertThat(gate.parameters()).extracting(Parameter::name).doesNotHaveDuplicates();
    assertThat(gate.parameters()).allMatch(parameter -> parameter.name().startsWith("gate."));
    assertThat(gate.state()).allMatch(state -> state.name().startsWith("gate."));
  }

  @Test
  void should_say_along_which_axis_an_array_counts_the_experts() {
    for (Map<String, String> options : variants()) {
      assertThat(expertCounts().stream().map(experts -> shapesWithoutExperts(experts, options)))
          .as("arrays without the experts' axis, with %s", options)
          .containsOnly(shapesWithoutExperts(expertCounts().get(0), options));
    }
  }

  private Map<String, List<Long>> shapesWithoutExperts(int experts, Map<String, String> options) {
    GateScene scene = GateScene.of(provider(), experts, options);
    Map<String, List<Long>> shapes = new TreeMap<>();
    scene
        .gate()
        .parameters()
        .forEach(p -> shapes.put(p.name(), rest(p.place(), p.value(), experts)));
    scene.gate().state().forEach(s -> shapes.put(s.name(), rest(s.place(), s.value(), experts)));
    return shapes;
  }

  private static List<Long> rest(Place place, INDArray array, long experts) {
    List<Long> shape = new ArrayList<>(Arrays.stream(array.shape()).boxed().toList());
    if (place.expertAxis().isPresent()) {
      assertThat(shape.remove(place.expertAxis().getAsInt())).as(place.name()).isEqualTo(experts);
    }
    return shape;
  }

  @Test
  void should_stay_finite_for_huge_tokens() {
    TokenRows tokens = TokenRows.random(9, 1e4);
    everywhere(
        (scene, context, description) -> {
          Routed routed = scene.route(tokens, context);
          Routing routing = routed.routing();
          INDArray dTokens = routed.pullback().pull(RoutingObjective.gradient(routing));

          assertThat(Arrays.stream(routing.weights()).boxed())
              .as(description)
              .allMatch(w -> w >= 0 && w < 1e9);
          assertThat(routed.auxLoss()).as(description).isFinite();
          assertThat(dTokens == null || Double.isFinite(dTokens.sumNumber().doubleValue()))
              .as(description)
              .isTrue();
        });
  }

  /** A row of padding as well: what is there has diverged, though nobody is routed by it. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void should_refuse_rows_that_are_not_finite_unless_it_looks_at_none(double value) {
    TokenRows tokens = TokenRows.random(5, 1).withPadding();
    everywhere(
        (scene, context, description) -> {
          for (int s = 0; s < tokens.size(); s++) {
            INDArray rows = tokens.array();
            rows.putScalar(s, 2, value);
            String which = "row %d of %s".formatted(s, description);
            if (looksAtRows()) {
              assertThatExceptionOfType(NotFiniteException.class)
                  .as(which)
                  .isThrownBy(() -> scene.route(rows, tokens, context))
                  .withMessageContaining("gate.");
            } else {
              RoutingTable.assertSame(
                  scene.route(rows, tokens, context).routing(),
                  scene.route(tokens, context).routing(),
                  0,
                  which);
            }
          }
        });
  }

  @Test
  void should_give_a_single_expert_every_token_whole() {
    assumeTrue(singleExpertIsWhole(), "no law of this gate: a weight below 1 for a single expert");
    TokenRows tokens = TokenRows.random(7, 1);
    for (Map<String, String> options : variants()) {
      GateScene scene = GateScene.of(provider(), 1, options);
      for (double[] row : RoutingTable.of(scene.route(tokens, GateScene.evaluation()).routing())) {
        assertThat(row[0]).isNotNegative();
        assertThat(row[0] + row[1])
            .as(
                "options %s; if a single expert may weigh less, singleExpertIsWhole() says false",
                options)
            .isCloseTo(1, within(EXACT));
      }
    }
  }

  @Test
  void should_route_the_same_way_for_the_same_seed_and_leave_the_tokens_alone() {
    TokenRows tokens = TokenRows.random(12, 1);
    everywhere(
        (scene, context, description) -> {
          INDArray array = tokens.array();
          Routed first = scene.route(array, tokens, context);
          Routed second = scene.route(array, tokens, context);

          RoutingTable.assertSame(second.routing(), first.routing(), 0, description);
          assertThat(second.auxLoss()).as(description).isEqualTo(first.auxLoss());
          assertThat(array).as(description).isEqualTo(tokens.array());
        });
  }

  @Test
  void should_draw_from_the_seed_in_training_alone() {
    TokenRows tokens = TokenRows.random(40, 0.1);
    GateScene scene = GateScene.of(provider(), lastExpertCount(), Map.of());
    double[][] one = trainedTable(scene, tokens, 1);
    double[][] other = trainedTable(scene, tokens, 2);

    assertThat(Arrays.deepEquals(one, other)).isEqualTo(!noisy(Map.of()));
    for (Map<String, String> options : variants()) {
      GateScene variant = GateScene.of(provider(), lastExpertCount(), options);
      StepContext first = GateScene.training(Phase.SOFT, 1).evaluating();
      StepContext second = GateScene.training(Phase.SOFT, 2).evaluating();
      RoutingTable.assertSame(
          variant.route(tokens, second).routing(),
          variant.route(tokens, first).routing(),
          0,
          options.toString());
    }
  }

  @Test
  void should_permute_the_routing_with_the_tokens() {
    TokenRows tokens = TokenRows.random(7, 1);
    int[] order = {3, 0, 6, 5, 1, 2, 4};
    everywhere(
        (scene, context, description) -> {
          if (context.training() && (noisy(scene.options()) || capacityByPosition())) {
            return;
          }
          double[][] table = RoutingTable.of(scene.route(tokens, context).routing());
          Routing permuted = scene.route(tokens.select(order), context).routing();

          double[][] expected =
              IntStream.of(order).mapToObj(s -> table[s]).toArray(double[][]::new);
          RoutingTable.assertSame(RoutingTable.of(permuted), expected, EXACT, description);
        });
  }

  @Test
  void should_neither_route_nor_count_padding() {
    TokenRows tokens = TokenRows.random(8, 1);
    int[] places = tokens.realPlaces();
    everywhere(
        (scene, context, description) -> {
          Routed bare = scene.route(tokens, context);
          Routed padded = scene.route(tokens.withPadding(), context);
          double[][] table = RoutingTable.of(padded.routing());

          double[][] real = IntStream.of(places).mapToObj(s -> table[s]).toArray(double[][]::new);
          RoutingTable.assertSame(real, RoutingTable.of(bare.routing()), EXACT, description);
          assertThat(padded.routing().assignments()).isEqualTo(bare.routing().assignments());
          assertThat(padded.routing().dropped()).isEqualTo(bare.routing().dropped());
          assertThat(padded.auxLoss()).as(description).isCloseTo(bare.auxLoss(), within(EXACT));
        });
  }

  @Test
  void should_route_nothing_where_all_is_padding() {
    TokenRows padding = TokenRows.random(2, 1).withPadding().select(0, 3);
    everywhere(
        (scene, context, description) -> {
          Routed routed = scene.route(padding, context);

          assertThat(routed.routing().assignments()).as(description).isZero();
          assertThat(routed.auxLoss()).as(description).isZero();
        });
  }

  @Test
  void should_respect_capacity() {
    GateScene scene = GateScene.of(provider(), lastExpertCount(), Map.of());
    pointExpertsAlongAxes(scene);
    TokenRows tokens = TokenRows.onAxes(CLEAR, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    Routing routing = scene.route(tokens.withPadding(), GateScene.training()).routing();

    int most = capacity(tokens.size(), scene.experts()).orElse(tokens.size());
    for (int e = 0; e < scene.experts(); e++) {
      assertThat(routing.load(e)).as("load of expert %d", e).isLessThanOrEqualTo(most);
    }
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    for (int size : new int[] {1, 6}) {
      TokenRows tokens = TokenRows.random(size, 1).withPadding();
      everywhere(
          (scene, context, description) ->
              GateGradientCheck.of(scene, tokens, context).run(size + " tokens, " + description));
    }
  }

  @Test
  void should_break_ties_to_the_lowest_index() {
    assumeTrue(lastExpertCount() > 1, "no law of this gate: it has one expert");
    TokenRows tied = TokenRows.between(CLEAR, 1, 2);
    for (Map<String, String> options : variants()) {
      GateScene scene = GateScene.of(provider(), EXPERTS, options);
      assumeFalse(scene.gate().parameters().isEmpty(), "no law of this gate: it learns nothing");
      pointExpertsAlongAxes(scene);
      Routing routing = scene.route(tied, GateScene.evaluation()).routing();

      assertThat(routing.firstExperts()).as("%s", options).containsExactly(1);
    }
  }

  @Test
  void should_evaluate_a_token_alone_as_in_a_batch() {
    assumeFalse(comparesTokens(), "no law of this gate: it compares tokens");
    TokenRows tokens = TokenRows.random(9, 1);
    everywhere(
        (scene, context, description) -> {
          if (context.training()) {
            return;
          }
          Routing together = scene.route(tokens, context).routing();
          double[][] table = RoutingTable.of(together);
          assertThat(together.dropped()).as(description).isZero();
          for (int s = 0; s < tokens.size(); s++) {
            double[][] alone = RoutingTable.of(scene.route(tokens.select(s), context).routing());
            RoutingTable.assertSame(alone, new double[][] {table[s]}, EXACT, description);
          }
        });
  }

  @Test
  void should_have_the_known_auxiliary_loss_at_balance_and_at_collapse() {
    int experts = lastExpertCount();
    GateScene scene = GateScene.of(provider(), experts, Map.of());
    pointExpertsAlongAxes(scene);
    int[] everyAxisTwice = IntStream.range(0, 2 * experts).map(s -> s % experts).toArray();
    TokenRows balanced = TokenRows.onAxes(CLEAR, everyAxisTwice);
    TokenRows collapsed = TokenRows.onAxes(CLEAR, new int[2 * experts]);

    assertThat(scene.route(balanced, GateScene.training()).auxLoss())
        .isCloseTo(auxLossAtBalance(experts, GateScene.MOE_LAYERS), within(1e-9));
    assertThat(scene.route(collapsed, GateScene.training()).auxLoss())
        .isCloseTo(auxLossAtCollapse(experts, GateScene.MOE_LAYERS), within(1e-9));
  }

  @Test
  void should_name_the_losses_that_it_adds() {
    TokenRows tokens = TokenRows.random(9, 1);
    everywhere(
        (scene, context, description) -> {
          assertThat(scene.gate().losses().values())
              .as(description)
              .allMatch(coefficient -> coefficient >= 0);
          if (scene.route(tokens, context).auxLoss() != 0) {
            assertThat(scene.gate().losses().values())
                .as(description)
                .anyMatch(coefficient -> coefficient > 0);
          }
        });
  }

  @Test
  void should_route_as_the_gate_whose_parameters_and_state_it_was_given() {
    TokenRows tokens = TokenRows.random(9, 1);
    for (Map<String, String> options : variants()) {
      GateScene saved = GateScene.of(provider(), lastExpertCount(), options);
      GateScene restored = GateScene.of(provider(), lastExpertCount(), options, 8);
      restored.copyFrom(saved);
      for (StepContext context : GateScene.contexts()) {
        RoutingTable.assertSame(
            restored.route(tokens, context).routing(),
            saved.route(tokens, context).routing(),
            0,
            options.toString());
      }
    }
  }

  private static double[][] trainedTable(GateScene scene, TokenRows tokens, long seed) {
    return RoutingTable.of(scene.route(tokens, GateScene.training(Phase.SOFT, seed)).routing());
  }
}
