package io.evomoe.run.internal.finetune;

import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.optimizer.LearningRate;
import java.util.OptionalLong;

/**
 * How to fine-tune; what is not said here is as in Liu et al. (arXiv 1907.11692, table 10): a
 * warm-up of 6% of the steps, then a linear decay to 0, AdamW with 0.9, 0.98 and weight decay 0.1.
 * Gradients are clipped to 1.
 *
 * @param steps optimizer steps, at least 1; empty for {@code epochs}
 * @param epochs passes over the training texts, above 0
 * @param batch texts in a batch, at least 1
 * @param learningRate highest rate, above 0
 * @param seed of the order of texts and of dropout
 * @param checkpointEvery steps between checkpoints, at least 0; 0 for one at the end of a training
 *     alone
 */
public record FineTuneSettings(
    OptionalLong steps,
    double epochs,
    int batch,
    double learningRate,
    long seed,
    long checkpointEvery) {
  /** Steps between checkpoints where nothing else is asked for. */
  public static final long DEFAULT_CHECKPOINT_EVERY = 500;

  private static final double WARMUP_SHARE = 0.06;

  /** Refuses values out of their bounds. */
  public FineTuneSettings {
    if (!(epochs > 0) || Double.isInfinite(epochs)) {
      throw new IllegalArgumentException("epochs must be above 0 and finite, was " + epochs);
    }
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batch);
    }
    if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException(
          "learningRate must be above 0 and finite, was " + learningRate);
    }
    if (checkpointEvery < 0) {
      throw new IllegalArgumentException(
          "checkpointEvery must be at least 0, was " + checkpointEvery);
    }
    config(steps.orElse(1), learningRate);
  }

  /** How to train on so many texts. */
  TrainerConfig config(int texts) {
    long steps = this.steps.orElse(Math.max(1, Math.round(epochs * texts / batch)));
    return config(steps, learningRate).with(t -> t.checkpointEvery(checkpointEvery));
  }

  /** All that a result depends on. */
  String text() {
    return "%s %s %d %s %d".formatted(steps, epochs, batch, learningRate, seed);
  }

  private static TrainerConfig config(long steps, double learningRate) {
    return TrainerConfig.of(
        TrainingConfig.defaults(steps)
            .with(t -> t.learningRate(learningRate).warmupShare(WARMUP_SHARE))
            .with(t -> t.decay(LearningRate.Decay.LINEAR).floorShare(0).beta2(0.98)));
  }
}
