package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Activation;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.LearningRate;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** A language whose translation is the sentence backwards. */
class TransformerTrainingTest {
  private static final int STEPS = 400;
  private static final int SENTENCES = 32;
  private static final int LONGEST = 4;
  private static final long UNSEEN = -1;
  private static final StackSize STACK = new StackSize(1, 32, 64, 4, 2, 1, 0, 0, Activation.RELU);
  private static final TransformerConfig CONFIG =
      new TransformerConfig(
          SmallTransformer.VOCABULARY, SmallTransformer.POSITIONS, STACK, STACK, 0.1);

  @Test
  void should_learn_to_translate_sentences_that_it_never_saw_with_evolved_experts_in_both_stacks() {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Transformer model =
        new Transformer(
            CONFIG, SmallTransformer.EVOMOE, Map.of(), TrainingFacts.ofSteps(STEPS), 1, kernels);
    LearningRate rate = new LearningRate(0.006, STEPS / 10, LearningRate.Decay.INVERSE_SQRT, 0);
    EvolutionSchedule evolution =
        new EvolutionSchedule(EvolutionConfig.defaults(STEPS), SmallTransformer.EVOMOE.growth());
    new Trainer<>(
            model,
            new TrainingData<>(TransformerTrainingTest::batch, List.<PairBatch>of()),
            kernels,
            TrainingConfig.defaults(STEPS).withLearningRate(rate),
            evolution)
        .run();

    List<int[]> sources = List.of(sentences(UNSEEN));
    List<int[]> expected = sources.stream().map(TransformerTrainingTest::backwards).toList();
    Translation translation =
        new Translation(model, evolution.context(STEPS, false, 1), SmallTransformer.END);
    for (Search search : List.of(Search.greedy(), Search.beam(4, 0.6))) {
      assertThat(wrong(translation.translate(sources, search), expected)).isLessThanOrEqualTo(1);
    }
  }

  private static int wrong(List<int[]> found, List<int[]> expected) {
    int wrong = 0;
    for (int i = 0; i < expected.size(); i++) {
      wrong += Arrays.equals(found.get(i), expected.get(i)) ? 0 : 1;
    }
    return wrong;
  }

  private static PairBatch batch(long index) {
    int[][] sources = sentences(index);
    int[][] targets =
        Arrays.stream(sources).map(TransformerTrainingTest::backwards).toArray(int[][]::new);
    return SmallTransformer.batch(0, sources, targets);
  }

  /** Sentences of tokens above the end token. */
  private static int[][] sentences(long index) {
    int[][] sentences = new int[SENTENCES][];
    CounterRandom random = new CounterRandom(CounterRandom.fold(9, index));
    for (int i = 0; i < SENTENCES; i++) {
      int[] sentence = new int[1 + random.below(LONGEST, 8L * i)];
      int words = SmallTransformer.VOCABULARY - SmallTransformer.END - 1;
      for (int place = 0; place < sentence.length; place++) {
        sentence[place] = SmallTransformer.END + 1 + random.below(words, 8L * i + 1 + place);
      }
      sentences[i] = sentence;
    }
    return sentences;
  }

  private static int[] backwards(int[] sentence) {
    int[] backwards = new int[sentence.length];
    Arrays.setAll(backwards, i -> sentence[sentence.length - 1 - i]);
    return backwards;
  }
}
