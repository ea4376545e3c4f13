package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.models.text.PairBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** The gradient of the whole model's loss; auxiliary losses, dropout, smoothing and padding in. */
class TransformerGradientTest {
  private static final GradientCheck CHECK = GradientCheck.DEFAULT.withSample(0);
  private static final StepContext TRAINING = SmallTransformer.training(7);
  private static final PairBatch BATCH =
      SmallTransformer.batch(
          1, new int[][] {{4, 9, 4}, {10}, {3, 5}}, new int[][] {{6}, {7, 8, 4}, {}});

  @Test
  void should_be_that_of_central_differences_with_one_expert() {
    CHECK.check(model(SmallTransformer.EVOMOE, Map.of(), 0), BATCH, TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_with_spawned_experts_and_noise() {
    Transformer model =
        model(
            SmallTransformer.EVOMOE,
            Map.of("noise", "true", "threshold", "0.1", "balance", "0.5"),
            0.2);
    model.spawn(SpawnMethod.mask(0.3), 5);
    LayerGradientCheck.disturb(model.parameters(), 0.2);

    CHECK.check(model, BATCH, TRAINING);
    assertThat(model.loss(BATCH, TRAINING).reports())
        .hasSize(2)
        .extracting(RoutingReport::meanActiveExperts)
        .allMatch(active -> active > 1 && active < SmallTransformer.EXPERTS);
  }

  @Test
  void should_be_that_of_central_differences_with_a_switch_gate_that_drops() {
    Map<String, String> options =
        Map.of("capacityFactor", "0.7", "alpha", "0.5", "zLoss", "0.1", "jitter", "0.1");
    Transformer model = model(SmallTransformer.SWITCH, options, 0.2);

    CHECK.check(model, BATCH, TRAINING);
    assertThat(model.loss(BATCH, TRAINING).reports())
        .hasSize(2)
        .extracting(RoutingReport::dropped)
        .allMatch(dropped -> dropped > 0);
  }

  private static Transformer model(
      GateProvider gates, Map<String, String> options, double dropout) {
    return SmallTransformer.of(
        SmallTransformer.config(dropout, 0.1), gates, options, DataType.DOUBLE);
  }
}
