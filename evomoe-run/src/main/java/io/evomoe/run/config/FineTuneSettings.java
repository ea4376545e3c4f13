package io.evomoe.run.config;

import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.OptionalLong;

/**
 * Settings of a fine-tuning. The others follow Liu et al. (arXiv 1907.11692, table 10): AdamW with
 * betas 0.9 and 0.98 and weight decay 0.1. The learning rate warms up for 6% of the steps, then
 * decays linearly to 0. Gradients are clipped to norm 1.
 *
 * @param steps optimizer steps of each training, at least 1; replaces {@code epochs} if given
 * @param epochs passes over the training texts, above 0
 * @param batch texts per batch, at least 1
 * @param learningRate highest learning rate, above 0
 * @param seed seed of the order of texts and of dropout
 * @param checkpointEvery steps between checkpoints, at least 0; 0 for one checkpoint at the end
 */
@RecordBuilder
public record FineTuneSettings(
    OptionalLong steps,
    double epochs,
    int batch,
    double learningRate,
    long seed,
    long checkpointEvery)
    implements FineTuneSettingsBuilder.With {
  /** 3 epochs, batch 32, learning rate 0.0005, seed 1, a checkpoint every 500 steps. */
  public static final FineTuneSettings DEFAULT =
      new FineTuneSettings(OptionalLong.empty(), 3, 32, 5e-4, 1, 500);

  private static final double WARMUP_SHARE = 0.06;

  /** Rejects values out of bounds. */
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
    trainer(steps.orElse(1), learningRate);
  }

  /**
   * Returns the trainer's configuration.
   *
   * @param texts number of training texts
   */
  public TrainerConfig trainer(int texts) {
    long all = steps.orElse(Math.max(1, Math.round(epochs * texts / batch)));
    return trainer(all, learningRate).with(t -> t.checkpointEvery(checkpointEvery));
  }

  private static TrainerConfig trainer(long steps, double learningRate) {
    return TrainerConfig.of(
        TrainingConfig.defaults(steps)
            .with(t -> t.learningRate(learningRate).warmupShare(WARMUP_SHARE))
            .with(t -> t.schedule("linear").floorShare(0).beta2(0.98)));
  }
}
