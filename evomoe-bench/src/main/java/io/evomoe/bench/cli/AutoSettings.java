package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.TerminalBar;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.run.Trials;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Training settings with the value {@code auto}: the data and a few trial steps decide. */
final class AutoSettings implements BiFunction<RunConfig, TaskData<?, ?>, RunConfig> {
  static final String STEPS = "training.steps";
  static final String BATCH = "training.batch";
  static final String LEARNING_RATE = "training.learningRate";

  /** Fields that may be {@code auto}. */
  static final Set<String> FIELDS = Set.of(STEPS, BATCH, LEARNING_RATE);

  private static final String DROPOUT = "model.dropout";
  private static final int PASSES = 8;
  private static final int TIMES = 20;
  private static final int PATIENCE = 5;
  private static final double EVALUATIONS = 40;
  private static final long LEAST_EVERY = 10;

  /** More passes over a text need dropout, or the model learns the text by heart. */
  private static final double PASSES_WITHOUT_DROPOUT = 2;

  private static final double DROPOUT_SHARE = 0.1;

  private final Set<String> auto;
  private final Predicate<String> given;
  private final MemoryLimit limit;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param auto some of {@link #FIELDS}
   * @param given whether the user has set a field, which then stays
   * @param limit that the trial models must fit
   */
  AutoSettings(Set<String> auto, Predicate<String> given, MemoryLimit limit) {
    this.auto = auto;
    this.given = given;
    this.limit = limit;
  }

  /** Rejects {@code --batch auto}, which depends on the time of steps. */
  void rejectBatch(String where) {
    reject(BATCH, "--batch", where);
  }

  /** Rejects a range test, which begins with random weights. */
  void rejectLearningRate(String where) {
    reject(LEARNING_RATE, "--learning-rate", where);
  }

  private void reject(String field, String option, String where) {
    if (auto.contains(field)) {
      throw new IllegalArgumentException(
          "%s must be a number for %s, was auto".formatted(option, where));
    }
  }

  /** Puts plain numbers in the place of {@code auto}. */
  @Override
  public RunConfig apply(RunConfig preset, TaskData<?, ?> data) {
    lines.clear();
    if (!auto.isEmpty()) {
      limit.requireRoomFor(data, preset);
    }
    RunConfig config = auto.contains(STEPS) ? steps(preset, data) : preset;
    if (auto.contains(BATCH)) {
      tell("Timing three sizes of micro-batches (--batch auto)");
      config = Trials.batch(config, data);
      lines.add(
          "Batch: %d sequences in each of %d parts of a step, the fastest (--batch auto)"
              .formatted(config.training().batch(), config.training().microBatches()));
    }
    if (auto.contains(LEARNING_RATE)) {
      tell("Range test: up to 120 steps of a model that is not kept (--learning-rate auto)");
      double rate = Trials.learningRate(config, data);
      TrainingConfig training = config.training().withLearningRate(rate);
      config = config.with(c -> c.training(training));
      lines.add("Learning rate: %s, by a range test (--learning-rate auto)".formatted(rate));
    }
    return Tasks.checked(config);
  }

  /** Trials take time, and log like a training. */
  private static void tell(String trial) {
    if (Verbosity.showsProgress()) {
      TerminalBar.above(System.out, trial);
    }
  }

  /**
   * A run has at most the larger of the preset's steps and 8 passes over the training set, and ends
   * when the validation loss no longer improves.
   */
  private RunConfig steps(RunConfig preset, TaskData<?, ?> data) {
    TrainingConfig usual = preset.training();
    double perPass = data.stepsPerPass(preset);
    long steps =
        Math.min(
            TIMES * usual.steps(), Math.max(usual.steps(), (long) Math.ceil(PASSES * perPass)));
    boolean ownEvery = given.test("training.evalEvery");
    long every =
        ownEvery ? usual.evalEvery() : Math.max(LEAST_EVERY, Math.round(steps / EVALUATIONS));
    int patience = given.test("training.patience") ? usual.patience() : PATIENCE;
    boolean drops = steps / perPass > PASSES_WITHOUT_DROPOUT && !given.test(DROPOUT);
    lines.add(
        String.format(
            Locale.ROOT,
            "Steps: at most %,d%s; %s (--steps auto)",
            steps,
            drops ? ", with dropout " + DROPOUT_SHARE : "",
            patience == 0
                ? "no early end"
                : "ends after %d evaluations without a lower validation loss, one every %,d steps"
                    .formatted(patience, every)));
    return preset.with(
        c ->
            c.training(usual.with(t -> t.steps(steps).evalEvery(every).patience(patience)))
                .model(drops ? preset.model().withDropout(DROPOUT_SHARE) : preset.model()));
  }

  /** Returns a line for each setting: what was chosen, and why. */
  List<String> lines() {
    return List.copyOf(lines);
  }
}
