package io.evomoe.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.TopKGate;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.testing.Differences;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Padding changes neither a loss nor a gradient. */
class RobertaPaddingTest {
  private static final StepContext TRAINING = SmallRoberta.training(7);
  private static final int[] LONG = {0, 4, 9, 10, 2};
  private static final int[] SHORT = {0, 7, 2};

  /** Without balance losses, capacity and noise, which look at the whole batch or draw from it. */
  static Stream<Roberta> models_whose_tokens_are_routed_alone() {
    Map<String, String> quiet = Map.of("noise", "false", "balance", "0", "threshold", "0.1");
    return Stream.of(
        SmallRoberta.of(SmallRoberta.DENSE),
        spawned(SmallRoberta.of(0, SmallRoberta.EVOMOE, quiet)),
        SmallRoberta.of(0, new TopKGate.Provider(), Map.of("alpha", "0", "capacityFactor", "100")));
  }

  @ParameterizedTest
  @MethodSource("models_whose_tokens_are_routed_alone")
  void should_give_the_mean_over_the_unpadded_sentences(Roberta model) {
    LanguageBatch batch =
        new LanguageBatch(
            SmallRoberta.padded(6, LONG, SHORT),
            new int[] {-1, 5, -1, 3, -1, -1, -1, 8, -1, -1, -1, -1});
    LanguageBatch first = new LanguageBatch(TokenBatch.of(5, LONG), new int[] {-1, 5, -1, 3, -1});
    LanguageBatch second = new LanguageBatch(TokenBatch.of(3, SHORT), new int[] {-1, 8, -1});

    checkMean(model, batch, List.of(first, second), 2.0 / 3);
  }

  @ParameterizedTest
  @MethodSource("models_whose_tokens_are_routed_alone")
  void should_give_the_mean_over_the_unpadded_sentences_in_a_classifier(Roberta model) {
    ClassBatch batch = new ClassBatch(SmallRoberta.padded(6, LONG, SHORT), new int[] {2, 1});
    ClassBatch first = new ClassBatch(TokenBatch.of(5, LONG), new int[] {2});
    ClassBatch second = new ClassBatch(TokenBatch.of(3, SHORT), new int[] {1});

    checkMean(new RobertaClassifier(model, 3), batch, List.of(first, second), 0.5);
  }

  static Stream<GateProvider> gates() {
    return GateProvider.installed().stream();
  }

  /** Noise, capacity, balance losses and dropout included. */
  @ParameterizedTest
  @MethodSource("gates")
  void should_leave_a_sentence_as_it_is_with_every_gate(GateProvider gates) {
    Roberta model = SmallRoberta.of(0.2, gates, Map.of());
    if (gates.growth() == ExpertLifecycle.SPAWNED) {
      spawned(model);
    }
    LanguageBatch plain = new LanguageBatch(TokenBatch.of(3, SHORT), new int[] {-1, 8, -1});
    LanguageBatch padded =
        new LanguageBatch(SmallRoberta.padded(6, SHORT), new int[] {-1, 8, -1, -1, -1, -1});

    checkMean(model, padded, List.of(plain), 1);
  }

  @Test
  void should_make_the_content_of_padding_meaningless() {
    Roberta model = spawned(SmallRoberta.of(SmallRoberta.EVOMOE));
    TokenBatch read = SmallRoberta.SENTENCES;
    int[] ids = read.ids();
    boolean[] padding = new boolean[ids.length];
    padding[8] = true;
    padding[9] = true;
    ids[8] = 6;
    TokenBatch other = new TokenBatch(read.length(), ids, padding);
    int[] real = {0, 1, 2, 3, 4, 5, 6, 7};

    assertThat(model.logits(other, real, TRAINING)).isEqualTo(model.logits(read, real, TRAINING));
  }

  private static Roberta spawned(Roberta model) {
    model.spawn(SpawnMethod.mask(0.3), 5);
    return model;
  }

  /** The first part weighs {@code share}, the second, where there is one, the rest. */
  private static <B> void checkMean(Model<B> model, B batch, List<B> parts, double share) {
    Loss whole = backward(model, batch);
    List<INDArray> gradients = gradients(model);
    double value = 0;
    double auxLoss = 0;
    List<INDArray> sums = gradients.stream().map(gradient -> gradient.mul(0)).toList();
    double weight = share;
    for (B part : parts) {
      Loss loss = backward(model, part);
      value += weight * loss.value();
      auxLoss += weight * loss.auxLoss();
      List<INDArray> own = gradients(model);
      for (int i = 0; i < own.size(); i++) {
        sums.get(i).addi(own.get(i).mul(weight));
      }
      weight = 1 - share;
    }

    assertThat(whole.value()).isCloseTo(value, within(1e-10));
    assertThat(whole.auxLoss()).isCloseTo(auxLoss, within(1e-10));
    for (int i = 0; i < gradients.size(); i++) {
      double[] differences = Differences.elements(gradients.get(i).sub(sums.get(i)));
      assertThat(Arrays.stream(differences).map(Math::abs).max().orElseThrow())
          .as(model.parameters().get(i).name())
          .isLessThanOrEqualTo(1e-10);
    }
  }

  private static <B> Loss backward(Model<B> model, B batch) {
    model.parameters().forEach(Parameter::clearGradient);
    Loss loss = model.loss(batch, TRAINING);
    loss.backward().run();
    return loss;
  }

  private static List<INDArray> gradients(Model<?> model) {
    return model.parameters().stream().map(parameter -> parameter.gradient().dup()).toList();
  }
}
