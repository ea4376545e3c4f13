package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every gate does with options: the part of {@link GateContract} on what it refuses. */
public abstract class GateOptionsContract {
  private static final int EXPERTS = 4;

  /** The gate under test. */
  protected abstract GateProvider provider();

  /** Experts of the scenes; 1 alone for a gate that allows no more. */
  protected List<Integer> expertCounts() {
    return List.of(1, EXPERTS);
  }

  /** Options under which the laws must hold; the defaults belong in it. */
  protected List<Map<String, String>> variants() {
    return List.of(Map.of());
  }

  @Test
  void should_refuse_an_option_it_does_not_know() {
    assertThatThrownBy(() -> GateScene.of(provider(), 1, Map.of("noSuchOption", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gate " + provider().name())
        .hasMessageContaining("noSuchOption");
  }

  /** What is let through must leave room for the task: its loss is of the order of 1. */
  @ParameterizedTest
  @ValueSource(
      strings = {"NaN", "infinite", "-Infinity", "1e300", "-1e300", "-1", "1e-300", "2147483648"})
  void should_refuse_a_number_in_an_option_unless_it_routes_well_with_it(String number) {
    TokenRows tokens = TokenRows.random(9, 1);
    for (String option : optionNames()) {
      Map<String, String> options = Map.of(option, number);
      GateScene scene;
      try {
        scene = GateScene.of(provider(), lastExpertCount(), options);
      } catch (IllegalArgumentException refusal) {
        assertThat(refusal).hasMessageContaining("option " + option).hasMessageContaining(number);
        continue;
      }
      for (int step = 0; step < 4; step++) {
        StepContext context = new StepContext(step, Phase.SOFT, GateScene.TEMPERATURE, true, 1);
        Routed routed = scene.route(tokens, context);
        INDArray dTokens = routed.pullback().pull(RoutingObjective.gradient(routed.routing()));
        assertThat(Math.abs(routed.auxLoss())).as("loss with %s", options).isLessThan(1e5);
        assertThat(dTokens == null || dTokens.amaxNumber().doubleValue() < 1e9)
            .as("gradient with %s", options)
            .isTrue();
      }
    }
  }

  /** Those that a refusal lists. */
  private List<String> optionNames() {
    String list = " its options: ";
    try {
      GateScene.of(provider(), 1, Map.of("noSuchOption", "1"));
    } catch (IllegalArgumentException refusal) {
      String message = String.valueOf(refusal.getMessage());
      assertThat(message).contains(list);
      String names = message.substring(message.indexOf(list) + list.length());
      return names.equals("none") ? List.of() : List.of(names.split(", "));
    }
    throw new AssertionError("an option that the gate does not know was not refused");
  }

  /** What must hold of a gate, however it is asked. */
  @FunctionalInterface
  interface Law {
    void check(GateScene scene, StepContext context, String description);
  }

  /** Checks a law with all variants, numbers of experts and contexts. */
  final void everywhere(Law law) {
    for (Map<String, String> options : variants()) {
      for (int experts : expertCounts()) {
        GateScene scene = GateScene.of(provider(), experts, options);
        for (StepContext context : scene.everyContext()) {
          String when = context.training() ? "training" : "evaluation";
          String description =
              "%d experts, %s, %s of %d, %s"
                  .formatted(experts, options, context.phase(), context.hardExperts(), when);
          law.check(scene, context, description);
        }
      }
    }
  }

  final int lastExpertCount() {
    return expertCounts().get(expertCounts().size() - 1);
  }
}
