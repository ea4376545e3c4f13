package io.evomoe.bench.cli;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.TrainingConfig;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * {@code --steps auto}: as many steps as the data needs. A run has at most the larger of the
 * preset's steps and 8 passes over the training set, and ends when the validation loss no longer
 * improves.
 *
 * @param given whether the user has set a field, which then stays
 */
record AutoSteps(Predicate<String> given)
    implements BiFunction<RunConfig, TaskData<?, ?>, RunConfig> {
  private static final int PASSES = 8;
  private static final int TIMES = 20;
  private static final int PATIENCE = 5;
  private static final double EVALUATIONS = 40;
  private static final long LEAST_EVERY = 10;

  /** Puts plain numbers in the place of {@code auto}. */
  @Override
  public RunConfig apply(RunConfig preset, TaskData<?, ?> data) {
    TrainingConfig usual = preset.training();
    long passes = (long) Math.ceil(PASSES * data.stepsPerPass(preset));
    long steps = Math.min(TIMES * usual.steps(), Math.max(usual.steps(), passes));
    boolean ownEvery = given.test("training.evalEvery");
    long every =
        ownEvery ? usual.evalEvery() : Math.max(LEAST_EVERY, Math.round(steps / EVALUATIONS));
    int patience = given.test("training.patience") ? usual.patience() : PATIENCE;
    return Tasks.checked(
        preset.with(
            c -> c.training(usual.with(t -> t.steps(steps).evalEvery(every).patience(patience)))));
  }

  /** One line: what was chosen, and why. */
  static String text(RunConfig chosen, TaskData<?, ?> data) {
    TrainingConfig training = chosen.training();
    return String.format(
        Locale.ROOT,
        "Steps: at most %,d, %.1f passes over the training set; %s (--steps auto)",
        training.steps(),
        training.steps() / data.stepsPerPass(chosen),
        training.patience() == 0
            ? "no early end"
            : "ends after %d evaluations without a lower validation loss, one every %,d steps"
                .formatted(training.patience(), training.evalEvery()));
  }
}
