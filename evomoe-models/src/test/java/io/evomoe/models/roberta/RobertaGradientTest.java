package io.evomoe.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.ExpertChoiceGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The gradients of both models' whole losses on a padded batch, auxiliary losses and dropout
 * included.
 */
class RobertaGradientTest {
  private static final GradientCheck CHECK = GradientCheck.DEFAULT.withSample(1);
  private static final StepContext TRAINING = SmallRoberta.training(7);
  private static final LanguageBatch MASKED = SmallRoberta.batch();
  private static final ClassBatch CLASSIFIED =
      new ClassBatch(SmallRoberta.SENTENCES, new int[] {2, 0});

  @Test
  void should_be_that_of_central_differences_with_one_expert() {
    CHECK.check(SmallRoberta.of(SmallRoberta.EVOMOE), MASKED, TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_with_spawned_experts_and_noise() {
    Roberta model = spawned();

    CHECK.check(model, MASKED, TRAINING);
    assertThat(report(model).meanActiveExperts())
        .isStrictlyBetween(1.0, (double) SmallRoberta.EXPERTS);
  }

  @Test
  void should_be_that_of_central_differences_with_a_switch_gate_that_drops() {
    Map<String, String> options =
        Map.of("capacityFactor", "0.8", "alpha", "0.5", "zLoss", "0.1", "jitter", "0.1");
    Roberta model = SmallRoberta.of(0.2, new TopKGate.SwitchProvider(), options);

    CHECK.check(model, MASKED, TRAINING);
    assertThat(report(model).dropped()).isPositive();
  }

  @Test
  void should_be_that_of_central_differences_where_experts_choose_among_both_sides() {
    CHECK.check(SmallRoberta.of(new ExpertChoiceGate.Provider()), MASKED, TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_in_a_classifier() {
    RobertaClassifier classifier = new RobertaClassifier(spawned(), 3);
    LayerGradientCheck.disturb(classifier.parameters(), 0.2);

    CHECK.check(classifier, CLASSIFIED, TRAINING);
  }

  @Test
  void should_be_that_of_central_differences_with_token_types_and_offset_positions() {
    LanguageModelConfig size = SmallRoberta.config(0);
    Roberta model =
        new Roberta(
            size.with(
                c ->
                    c.positionOffset(2)
                        .tokenTypes(2)
                        .stack(
                            size.stack()
                                .with(b -> b.norm(new NormConfig(NormConfig.Kind.LAYER, 1e-3))))),
            Gates.of(SmallRoberta.EVOMOE),
            Scope.root(3, KernelSelection.forType(DataType.DOUBLE)));
    LayerGradientCheck.disturb(model.parameters(), 0.5);

    CHECK.check(model, MASKED, TRAINING);
    assertThat(model.parameters())
        .filteredOn(p -> p.name().equals("tokenTypes.weight"))
        .singleElement()
        .satisfies(
            types -> assertThat(types.value().shape()).containsExactly(2, SmallRoberta.WIDTH));
  }

  private static Roberta spawned() {
    Map<String, String> options = Map.of("noise", "true", "threshold", "0.1", "balance", "0.5");
    Roberta model = SmallRoberta.of(0.2, SmallRoberta.EVOMOE, options);
    model.spawn(SpawnMethod.mask(0.3), 5);
    LayerGradientCheck.disturb(model.parameters(), 0.2);
    return model;
  }

  private static RoutingReport report(Roberta model) {
    return model.loss(MASKED, TRAINING).reports().get(0);
  }
}
