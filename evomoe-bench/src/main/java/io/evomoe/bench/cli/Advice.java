package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.console.TerminalBar;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.task.ExportPlan;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells the user what a training will cost, and at its end how good it is and what to do next. */
final class Advice implements Callback {
  /** Steps after which the time of a step is known; the first ones are slow. */
  private static final int MEASURED_STEPS = 20;

  private static final double MINUTE = 60;

  private static final double LATE = 0.8;

  /** Nats above the lowest validation loss that count as a rise. */
  static final double RISE = 0.02;

  /** After more passes over a text, more steps seldom help (Muennighoff et al. 2023). */
  private static final double MOST_PASSES = 8;

  private final RunConfig config;
  private final TaskData<?, ?> data;
  private final PrintStream console;
  private long steps;
  private double seconds;

  Advice(RunConfig config, TaskData<?, ?> data, PrintStream console) {
    this.config = config;
    this.data = data;
    this.console = console;
  }

  /** Prints how often the run reads its training set. */
  void printPlan() {
    long step = (long) config.training().batch() * config.training().microBatches();
    console.printf(
        Locale.ROOT,
        "%,d steps of %,d sequences: %.1f passes over the training set%n",
        config.training().steps(),
        step,
        passes());
  }

  private double passes() {
    return config.training().steps() / data.stepsPerPass(config);
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    steps++;
    // A moving mean forgets the first steps, which are slow.
    seconds = steps == 1 ? step.stepSeconds() : 0.9 * seconds + 0.1 * step.stepSeconds();
    double left = seconds * (training.plannedSteps() - step.step());
    if (steps == MEASURED_STEPS && left > MINUTE && Verbosity.showsProgress()) {
      TerminalBar.above(console, minutes(left) + " left");
    }
  }

  private static String minutes(double seconds) {
    return "About %d min".formatted(Math.max(1, Math.round(seconds / MINUTE)));
  }

  /**
   * Prints the quality of a finished run, and commands to copy.
   *
   * @param texts that it writes
   */
  void printNext(Path folder, RecordedRun run, List<String> texts) {
    List<StepRecord> evaluations = run.steps().stream().filter(StepRecord::evaluated).toList();
    if (run.best().isEmpty()) {
      return;
    }
    StepRecord last = evaluations.get(evaluations.size() - 1);
    StepRecord best = run.best().get();
    boolean rises = last.validLoss() > best.validLoss() + RISE;
    boolean falls = best.step() == last.step() && falls(evaluations, last);
    String trend =
        rises
            ? ", up from %.4f at step %,d: the model learns its text by heart. Use more text, fewer steps or more --set model.dropout"
                .formatted(best.validLoss(), best.step())
            : falls ? ", still falling" : "";
    Description.say(
        console,
        "Validation loss %.4f%s%s".formatted(last.validLoss(), bits(last.validLoss()), trend));
    texts.stream()
        .distinct()
        .map(text -> "  " + text.replaceAll("\\s+", " "))
        .forEach(text -> console.println(StandardOutput.wrapped(text, 2)));
    List<String> next = new ArrayList<>();
    if (config.task().equals("gpt")) {
      next.add(CommandText.of("generate", "--checkpoint", folder));
    }
    if (config.task().equals("roberta")) {
      next.add(
          CommandText.of("finetune", "--checkpoint", folder, "--data", "classes.csv")
              + "   # columns label and text");
    }
    if (falls || (!rises && passes() < MOST_PASSES)) {
      long more = 2 * config.training().steps();
      next.add(
          CommandText.of("train", "--from", folder, "--steps", more, "--out", folder + "-longer")
              + "   # "
              + minutes(seconds * more).toLowerCase(Locale.ROOT));
    }
    if (ExportPlan.of(config, data.vocabulary()).gguf()) {
      next.add(
          CommandText.of(
              "export", "--checkpoint", folder, "--format", "gguf", "--out", folder + ".gguf"));
    }
    if (!next.isEmpty()) {
      console.println("Next:");
      next.forEach(command -> console.println("  " + command));
    }
  }

  /** Whether the loss fell over the last fifth of the steps, or since the evaluation before. */
  private static boolean falls(List<StepRecord> evaluations, StepRecord last) {
    List<StepRecord> earlier = evaluations.subList(0, evaluations.size() - 1);
    if (earlier.isEmpty()) {
      return false;
    }
    StepRecord then =
        earlier.stream()
            .filter(step -> step.step() >= LATE * last.step())
            .findFirst()
            .orElse(earlier.get(earlier.size() - 1));
    return then.validLoss() > last.validLoss() + RISE;
  }

  private String bits(double loss) {
    double bytes = data.bytesPerToken();
    return Double.isNaN(bytes)
        ? ""
        : String.format(
            Locale.ROOT, " nats a token, %.3f bits per byte", Measurement.bitsPerByte(loss, bytes));
  }
}
