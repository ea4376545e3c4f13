package io.evomoe.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.Model;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Both models learn eight examples by heart, from the first weights, through a spawn. */
class RobertaTrainingTest {
  private static final int STEPS = 80;
  private static final int EXAMPLES = 8;
  private static final int LENGTH = 6;
  private static final int VOCABULARY = 24;
  private static final Kernels KERNELS = KernelSelection.forType(DataType.FLOAT);

  static List<GateProvider> gates() {
    return List.of(SmallRoberta.DENSE, SmallRoberta.EVOMOE);
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_name_the_masked_tokens_of_eight_examples(GateProvider gates) {
    int[] ids = texts();
    int[] targets = new int[ids.length];
    Arrays.fill(targets, LanguageBatch.IGNORED);
    for (int i = 0; i < EXAMPLES; i++) {
      int masked = i * LENGTH + 1 + i % (LENGTH - 1);
      targets[masked] = ids[masked];
      ids[masked] = VOCABULARY - 1;
    }
    LanguageBatch batch = new LanguageBatch(TokenBatch.of(LENGTH, ids), targets);

    assertThat(trainedLoss(model(gates), gates, batch)).isLessThan(0.05);
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_tell_the_classes_of_eight_examples(GateProvider gates) {
    TokenBatch read = TokenBatch.of(LENGTH, texts());
    int[] labels = {2, 0, 1, 1, 0, 2, 2, 1};
    RobertaClassifier classifier = new RobertaClassifier(model(gates), 3);

    assertThat(trainedLoss(classifier, gates, new ClassBatch(read, labels))).isLessThan(0.05);
    assertThat(classifier.classify(read, SmallRoberta.evaluation())).isEqualTo(labels);
  }

  private static int[] texts() {
    CounterRandom random = new CounterRandom(4);
    int[] ids = new int[EXAMPLES * LENGTH];
    for (int s = 0; s < ids.length; s++) {
      ids[s] = s % LENGTH == 0 ? 0 : 4 + random.below(VOCABULARY - 5, s);
    }
    return ids;
  }

  private static Roberta model(GateProvider gates) {
    StackConfig stack =
        StackConfig.of(2, 32, 4).withIntermediateSize(64).withExperts(3).withMoeEvery(2);
    LanguageModelConfig config = new LanguageModelConfig(VOCABULARY, LENGTH, stack);
    return new Roberta(
        config, new Gates(gates, Map.of(), TrainingFacts.ofSteps(STEPS)), Scope.root(3, KERNELS));
  }

  private static <B> double trainedLoss(Model<B> model, GateProvider gates, B batch) {
    TrainerConfig config =
        TrainerConfig.defaults(STEPS)
            .with(
                t ->
                    t.learningRate(5e-3)
                        .warmupShare(10.0 / STEPS)
                        .schedule("cosine")
                        .floorShare(0.1));
    EvolutionSchedule evolution =
        new EvolutionSchedule(EvolutionConfig.defaults(), STEPS, gates.growth());
    TrainingData<B> data = new TrainingData<>(index -> batch, List.of(batch));
    Trainer<B> trainer = new Trainer<>(model, data, config, evolution);
    double[] last = new double[1];
    trainer.run((step, training) -> last[0] = step.validLoss());
    return last[0];
  }
}
