package io.evomoe.training;

import java.util.function.Consumer;

/**
 * The settings of a {@link Trainer}. The seed is {@link Model#seed()}.
 *
 * @param training training settings
 * @param guards when a failing run is stopped or a warning is logged
 */
public record TrainerConfig(TrainingConfig training, Guards guards) {

  /** Returns a configuration with the default guards. */
  public static TrainerConfig of(TrainingConfig training) {
    return new TrainerConfig(training, Guards.DEFAULT);
  }

  /** Returns {@link TrainingConfig#defaults} with the default guards. */
  public static TrainerConfig defaults(long steps) {
    return of(TrainingConfig.defaults(steps));
  }

  /** Returns a copy with changes to the training settings. */
  public TrainerConfig with(Consumer<TrainingConfigBuilder> changes) {
    return new TrainerConfig(training.with(changes), guards);
  }

  /** Returns a copy with other guards. */
  public TrainerConfig withGuards(Guards others) {
    return new TrainerConfig(training, others);
  }
}
