package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** The gradient of the whole model's loss, auxiliary losses and dropout included. */
class GptGradientTest {
  private static final GradientCheck CHECK = GradientCheck.DEFAULT.withSample(1);
  private static final StepContext TRAINING = CausalScene.training(7);
  private static final LanguageBatch BATCH =
      CausalScene.batch(
          new int[] {1, 4, 4, 9, 0, 10, 2, 1}, 4, 4, 9, LanguageBatch.IGNORED, 10, 2, 1, 3);

  @Test
  void should_be_that_of_central_differences_with_one_expert() {
    CHECK.check(model(SmallGpt.EVOMOE, Map.of(), 0), BATCH, TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_with_spawned_experts_and_noise() {
    Gpt model =
        model(SmallGpt.EVOMOE, Map.of("noise", "true", "threshold", "0.1", "balance", "0.5"), 0.2);
    model.spawn(SpawnMethod.mask(0.3), 5);
    LayerGradientCheck.disturb(model.parameters(), 0.2);

    CHECK.check(model, BATCH, TRAINING);
    double active = model.loss(BATCH, TRAINING).reports().get(0).meanActiveExperts();
    assertThat(active).isStrictlyBetween(1.0, (double) SmallGpt.EXPERTS);
  }

  @Test
  void should_be_that_of_central_differences_with_a_switch_gate_that_drops() {
    Map<String, String> options =
        Map.of("capacityFactor", "0.8", "alpha", "0.5", "zLoss", "0.1", "jitter", "0.1");
    Gpt model = model(SmallGpt.SWITCH, options, 0.2);

    CHECK.check(model, BATCH, TRAINING);
    assertThat(model.loss(BATCH, TRAINING).reports().get(0).dropped()).isPositive();
  }

  private static Gpt model(GateProvider gates, Map<String, String> options, double dropout) {
    return SmallGpt.of(SmallGpt.config(dropout), gates, options, DataType.DOUBLE);
  }
}
