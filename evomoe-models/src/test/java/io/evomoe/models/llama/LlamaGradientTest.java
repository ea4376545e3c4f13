package io.evomoe.models.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.gates.TopKGate;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The gradient of the whole model's loss, auxiliary losses and dropout included. */
class LlamaGradientTest {
  /** Its curves are steep: what the differences leave out goes with the square of the step. */
  private static final GradientCheck CHECK = new GradientCheck(2.5e-6, 1e-6, 1e-3, 1, 42);

  private static final StepContext TRAINING = CausalScene.training(7);
  private static final LanguageBatch BATCH =
      CausalScene.batch(
          new int[] {1, 4, 4, 9, 0, 10, 2, 1}, 4, 4, 9, LanguageBatch.IGNORED, 10, 2, 1, 3);
  private static final Map<String, String> SPARSE =
      Map.of("noise", "true", "threshold", "0.1", "balance", "0.5");

  @ParameterizedTest
  @EnumSource
  void should_be_that_of_central_differences_with_either_norm_of_queries_and_keys(
      QueryKeyNorm.Span span) {
    Llama model =
        SmallLlama.of(
            SmallLlama.config(true, span, 0.2), SmallLlama.EVOMOE, SPARSE, DataType.DOUBLE);

    assertThat(model.parameters())
        .extracting(Parameter::name)
        .anyMatch(name -> name.contains("shared"))
        .anyMatch(name -> name.contains("gate"))
        .anyMatch(name -> name.contains("queryNorm"))
        .anyMatch(name -> name.contains("keyNorm"));
    CHECK.check(model, BATCH, TRAINING);
    double active = model.loss(BATCH, TRAINING).reports().get(0).meanActiveExperts();
    assertThat(active).isStrictlyBetween(1.0, (double) SmallLlama.EXPERTS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_be_that_of_central_differences_with_a_head_of_its_own_or_a_tied_one(boolean tied) {
    CHECK.check(
        SmallLlama.of(SmallLlama.config(tied, null, 0), SmallLlama.EVOMOE, SPARSE, DataType.DOUBLE),
        BATCH,
        TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_with_a_switch_gate_that_drops() {
    Map<String, String> options =
        Map.of("capacityFactor", "0.8", "alpha", "0.5", "zLoss", "0.1", "jitter", "0.1");
    Llama model =
        SmallLlama.of(
            SmallLlama.config(false, QueryKeyNorm.Span.HEAD, 0.2),
            new TopKGate.SwitchProvider(),
            options,
            DataType.DOUBLE);

    CHECK.check(model, BATCH, TRAINING);
    assertThat(model.loss(BATCH, TRAINING).reports().get(0).dropped()).isPositive();
  }
}
