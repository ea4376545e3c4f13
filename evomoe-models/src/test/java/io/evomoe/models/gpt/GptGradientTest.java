package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.Scratch;
import io.evomoe.training.Loss;
import java.util.Map;
import java.util.function.DoubleSupplier;
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
    check(model(SmallGpt.EVOMOE, Map.of(), 0));
  }

  @Test
  void should_be_that_of_central_differences_with_spawned_experts_and_noise() {
    Gpt model =
        model(SmallGpt.EVOMOE, Map.of("noise", "true", "threshold", "0.1", "balance", "0.5"), 0.2);
    model.spawn(SpawnMethod.mask(0.3), 5);
    LayerGradientCheck.disturb(model.parameters(), 0.2);

    check(model);
    double active = model.loss(BATCH, TRAINING).reports().get(0).meanActiveExperts();
    assertThat(active).isStrictlyBetween(1.0, (double) SmallGpt.EXPERTS);
  }

  @Test
  void should_be_that_of_central_differences_with_a_switch_gate_that_drops() {
    Map<String, String> options =
        Map.of("capacityFactor", "0.8", "alpha", "0.5", "zLoss", "0.1", "jitter", "0.1");
    Gpt model = model(SmallGpt.SWITCH, options, 0.2);

    check(model);
    assertThat(model.loss(BATCH, TRAINING).reports().get(0).dropped()).isPositive();
  }

  private static Gpt model(GateProvider gates, Map<String, String> options, double dropout) {
    return SmallGpt.of(SmallGpt.config(dropout), gates, options, DataType.DOUBLE);
  }

  private static void check(Gpt model) {
    model.parameters().forEach(Parameter::clearGradient);
    model.loss(BATCH, TRAINING).backward().run();
    DoubleSupplier loss = () -> Scratch.compute(() -> total(model.loss(BATCH, TRAINING)));

    CHECK.checkTogether(loss, model.parameters());
  }

  private static double total(Loss loss) {
    return loss.value() + loss.auxLoss();
  }
}
