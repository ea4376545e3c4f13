package io.evomoe.training;

import java.util.function.Consumer;

/**
 * What a {@link Trainer} is told.
 *
 * @param training how to train
 * @param guards when a run that goes wrong is stopped or warned of
 * @param seed from which everything random in the training is drawn
 */
public record TrainerConfig(TrainingConfig training, Guards guards, long seed) {

  /** The default guards. */
  public static TrainerConfig of(TrainingConfig training, long seed) {
    return new TrainerConfig(training, Guards.DEFAULT, seed);
  }

  /** {@link TrainingConfig#defaults}, the default guards and seed 1. */
  public static TrainerConfig defaults(long steps) {
    return of(TrainingConfig.defaults(steps), 1);
  }

  /** The same, trained otherwise. */
  public TrainerConfig with(Consumer<TrainingConfig.Builder> changes) {
    return new TrainerConfig(training.with(changes), guards, seed);
  }

  /** The same with other guards. */
  public TrainerConfig withGuards(Guards others) {
    return new TrainerConfig(training, others, seed);
  }

  /** The same with another seed. */
  public TrainerConfig withSeed(long other) {
    return new TrainerConfig(training, guards, other);
  }
}
