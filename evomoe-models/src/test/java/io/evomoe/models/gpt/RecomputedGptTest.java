package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.gates.LossFreeGate;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import io.evomoe.testing.Differences;
import io.evomoe.training.Loss;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/** Activations that are computed again change nothing but memory and time. */
class RecomputedGptTest {
  private static final StepContext TRAINING = CausalScene.training(7);
  private static final LanguageBatch BATCH =
      CausalScene.batch(new int[] {1, 4, 4, 9, 0, 10, 2, 1}, 4, 4, 9, 3, 10, 2, 1, 3);

  static Stream<GateProvider> gates() {
    return Stream.of(SmallGpt.EVOMOE, SmallGpt.SWITCH, SmallGpt.DENSE, new LossFreeGate.Provider());
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_give_the_same_loss_and_gradients_to_the_bit(GateProvider gates) {
    Gpt kept = model(gates, false);
    Gpt recomputed = model(gates, true);
    for (int step = 0; step < 3; step++) {
      Loss expected = train(kept);
      Loss actual = train(recomputed);
      assertThat(actual.value()).isEqualTo(expected.value());
      assertThat(actual.auxLoss()).isEqualTo(expected.auxLoss());
      assertThat(actual.reports()).isEqualTo(expected.reports());
      for (int i = 0; i < kept.parameters().size(); i++) {
        Parameter parameter = kept.parameters().get(i);
        assertThat(Differences.elements(recomputed.parameters().get(i).gradient()))
            .as(parameter.name())
            .isEqualTo(Differences.elements(parameter.gradient()));
      }
    }
    assertThat(states(recomputed)).usingRecursiveComparison().isEqualTo(states(kept));
  }

  @Test
  void should_hold_fewer_activations_at_a_time() {
    assertThat(peakBytes(true, true)).isLessThan(peakBytes(false, true) * 6 / 10);
  }

  @Test
  void should_hold_fewer_activations_in_evaluation_too() {
    assertThat(peakBytes(true, false)).isLessThan(peakBytes(false, false) * 6 / 10);
  }

  @Test
  void should_evaluate_to_the_bit_as_a_model_that_keeps_its_activations() {
    double kept = model(SmallGpt.EVOMOE, false).loss(BATCH, TRAINING.evaluating()).value();

    assertThat(model(SmallGpt.EVOMOE, true).loss(BATCH, TRAINING.evaluating()).value())
        .isEqualTo(kept);
  }

  private static long peakBytes(boolean recompute, boolean training) {
    LanguageModelConfig small = SmallGpt.config(0);
    int layers = 8;
    StackConfig size =
        StackConfig.of(layers, 6, 2)
            .withIntermediateSize(8)
            .withExperts(3)
            .withMoeEvery(2)
            .withActivation(small.stack().block().feedForward().activation())
            .with(b -> b.dropout(0.1).recomputed(recompute));
    Gpt model =
        SmallGpt.of(
            new LanguageModelConfig(SmallGpt.VOCABULARY, SmallGpt.POSITIONS, size),
            SmallGpt.SWITCH,
            Map.of(),
            DataType.DOUBLE);
    String id = "RECOMPUTED_GPT_TEST_" + recompute + training;
    try (MemoryWorkspace workspace = Workspaces.open(id)) {
      Loss loss = model.loss(BATCH, training ? TRAINING : TRAINING.evaluating());
      if (training) {
        loss.backward().run();
      }
      return workspace.getThisCycleAllocations();
    }
  }

  private static Loss train(Gpt model) {
    model.parameters().forEach(Parameter::clearGradient);
    try (MemoryWorkspace ignored = Workspaces.open("RECOMPUTED_GPT_TEST")) {
      Loss loss = model.loss(BATCH, TRAINING);
      loss.backward().run();
      return loss;
    }
  }

  private static Gpt model(GateProvider gates, boolean recompute) {
    LanguageModelConfig config = SmallGpt.config(0.2);
    LanguageModelConfig chosen =
        recompute
            ? new LanguageModelConfig(
                config.vocabulary(),
                config.positions(),
                config.stack().with(s -> s.recomputed(true)))
            : config;
    Gpt model = SmallGpt.of(chosen, gates, Map.of(), DataType.DOUBLE);
    if (gates == SmallGpt.EVOMOE) {
      model.spawn(SpawnMethod.mask(0.3), 5);
    }
    return model;
  }

  private static List<double[]> states(Gpt model) {
    return model.state().stream().map(GateState::value).map(Differences::elements).toList();
  }
}
