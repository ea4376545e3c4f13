package io.evomoe.training;

import java.util.function.Consumer;

/**
 * What a {@link Trainer} is told. What is random it draws from {@link Model#seed()}.
 *
 * @param training how to train
 * @param guards when a run that goes wrong is stopped or warned of
 */
public record TrainerConfig(TrainingConfig training, Guards guards) {

  /** The default guards. */
  public static TrainerConfig of(TrainingConfig training) {
    return new TrainerConfig(training, Guards.DEFAULT);
  }

  /** {@link TrainingConfig#defaults} and the default guards. */
  public static TrainerConfig defaults(long steps) {
    return of(TrainingConfig.defaults(steps));
  }

  /** The same, trained otherwise. */
  public TrainerConfig with(Consumer<TrainingConfig.Builder> changes) {
    return new TrainerConfig(training.with(changes), guards);
  }

  /** The same with other guards. */
  public TrainerConfig withGuards(Guards others) {
    return new TrainerConfig(training, others);
  }
}
