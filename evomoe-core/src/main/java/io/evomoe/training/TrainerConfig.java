package io.evomoe.training;

import io.evomoe.kernel.Kernels;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.OptimizerProvider;
import io.evomoe.training.optimizer.ScheduleProvider;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link Trainer}. The seed is {@link Model#seed()}.
 *
 * @param training training settings
 * @param guards when a failing run is stopped or a warning is logged
 * @param ownOptimizer creates the optimizer; null for {@link TrainingConfig#optimizer}
 * @param ownSchedule the learning rate; null for {@link TrainingConfig#schedule}
 * @param remote takes the steps elsewhere; null to take them here
 */
public record TrainerConfig(
    TrainingConfig training,
    SafetyConfig guards,
    @Nullable Function<OptimizerProvider.Spec, Optimizer> ownOptimizer,
    @Nullable LearningRateSchedule ownSchedule,
    StepSource.@Nullable Factory remote) {

  /** Creates a configuration with the optimizer and schedule that the training settings name. */
  public TrainerConfig(TrainingConfig training, SafetyConfig guards) {
    this(training, guards, null, null, null);
  }

  /** Returns a configuration with the default guards. */
  public static TrainerConfig of(TrainingConfig training) {
    return new TrainerConfig(training, SafetyConfig.DEFAULT);
  }

  /** Returns {@link TrainingConfig#defaults} with the default guards. */
  public static TrainerConfig defaults(long steps) {
    return of(TrainingConfig.defaults(steps));
  }

  /**
   * Returns how many checkpoints a run will keep: the newest ones and the best one.
   *
   * @param left steps that are left
   */
  public long keptCheckpoints(long left) {
    boolean best = training.keepBest() && training.evaluatesOften();
    long written = 1 + (training.checkpointEvery() == 0 ? 0 : left / training.checkpointEvery());
    return best
        ? Math.min(guards.keepCheckpoints() + 1L, written + left / training.evalEvery())
        : Math.min(guards.keepCheckpoints(), written);
  }

  /** Returns a copy with changes to the training settings. */
  public TrainerConfig with(Consumer<TrainingConfigBuilder> changes) {
    return new TrainerConfig(training.with(changes), guards, ownOptimizer, ownSchedule, remote);
  }

  /** Returns a copy with other guards. */
  public TrainerConfig withGuards(SafetyConfig others) {
    return new TrainerConfig(training, others, ownOptimizer, ownSchedule, remote);
  }

  /** Returns a copy whose optimizer is created by a function; null for the named one. */
  public TrainerConfig withOptimizer(
      @Nullable Function<OptimizerProvider.Spec, Optimizer> factory) {
    return new TrainerConfig(training, guards, factory, ownSchedule, remote);
  }

  /** Returns a copy with this learning rate; null for that of the named schedule. */
  public TrainerConfig withSchedule(@Nullable LearningRateSchedule schedule) {
    return new TrainerConfig(training, guards, ownOptimizer, schedule, remote);
  }

  /** Returns a copy whose steps are taken elsewhere; a checkpoint is written after each record. */
  public TrainerConfig withRemote(StepSource.Factory steps) {
    TrainingConfig saving = training.with(t -> t.checkpointEvery(1));
    return new TrainerConfig(saving, guards, ownOptimizer, ownSchedule, steps);
  }

  /**
   * Returns the learning rate by step.
   *
   * @throws IllegalArgumentException if no schedule of this name is installed, or an option is
   *     unknown or out of bounds
   */
  public LearningRateSchedule schedule() {
    return ownSchedule == null
        ? ScheduleProvider.named(training.schedule()).create(training.rate())
        : ownSchedule;
  }

  /**
   * Returns a new optimizer.
   *
   * @throws IllegalArgumentException if none of this name is installed, or an option is unknown or
   *     out of bounds
   */
  public Optimizer optimizer(Kernels kernels) {
    OptimizerProvider.Spec spec =
        new OptimizerProvider.Spec(kernels, training.adamW(), training.optimizerOptions());
    return ownOptimizer == null
        ? OptimizerProvider.named(training.optimizer()).create(spec)
        : ownOptimizer.apply(spec);
  }
}
