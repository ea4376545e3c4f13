package io.evomoe.models.transformer;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** A language whose translation is the sentence backwards. */
final class Backwards {
  /**
   * The paper's gate on our schedule learns less well, so a beam finds what the greedy search does
   * not.
   */
  private static final Map<String, String> NOISY =
      Map.of("noise", "true", "renormalize", "false", "threshold", "0.001");

  private static final int STEPS = 400;
  private static final int SENTENCES = 32;
  private static final int LONGEST = 4;
  private static final StackConfig STACK =
      StackConfig.of(1, 32, 4)
          .withIntermediateSize(64)
          .withExperts(2)
          .withMoeEvery(1)
          .withActivation(ActivationFunction.RELU);
  private static final EvolutionSchedule EVOLUTION =
      new EvolutionSchedule(EvolutionConfig.defaults(), STEPS, SmallTransformer.EVOMOE.growth());
  private static final TransformerConfig CONFIG =
      new TransformerConfig(
          SmallTransformer.VOCABULARY, SmallTransformer.POSITIONS, STACK, STACK, 0.1);

  private static @Nullable Transformer trained;

  private Backwards() {}

  /** A model that was trained on {@link #LONGEST} tokens and fewer; trained once. */
  static synchronized Transformer trained() {
    Transformer model = trained;
    if (model == null) {
      model = train();
      trained = model;
    }
    return model;
  }

  private static Transformer train() {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Transformer model =
        new Transformer(
            CONFIG,
            new Gates(SmallTransformer.EVOMOE, NOISY, TrainingFacts.ofSteps(STEPS)),
            Scope.root(1, kernels));
    new Trainer<>(
            model,
            new TrainingData<>(Backwards::batch, List.<PairBatch>of()),
            TrainerConfig.defaults(STEPS)
                .with(t -> t.learningRate(0.006).schedule("inverse-sqrt"))
                .with(t -> t.floorShare(0).beta2(0.98).weightDecay(0.01)),
            EVOLUTION)
        .run();
    return model;
  }

  /** After the training. */
  static StepContext context() {
    return EVOLUTION.context(STEPS, false, 1);
  }

  private static PairBatch batch(long index) {
    int[][] sources = sentences(index);
    int[][] targets = Arrays.stream(sources).map(Backwards::backwards).toArray(int[][]::new);
    return SmallTransformer.batch(0, sources, targets);
  }

  /** Sentences of tokens above the end token. */
  static int[][] sentences(long index) {
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

  static int[] backwards(int[] sentence) {
    int[] backwards = new int[sentence.length];
    Arrays.setAll(backwards, i -> sentence[sentence.length - 1 - i]);
    return backwards;
  }
}
