package io.evomoe.bench.cli.console;

import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A progress bar on a terminal, and a plain line now and then elsewhere. */
public final class StepProgress implements Callback {
  private static final int LINES = 10;

  private final String given;
  private String name;
  private final PrintStream out;
  private long steps;
  private @Nullable TerminalBar bar;
  private @Nullable StepRecord last;
  private @Nullable StepRecord evaluated;

  /**
   * Of a training.
   *
   * @param name for people; empty for the part of a fine-tuning, each of which is a training
   */
  public StepProgress(String name, PrintStream out) {
    given = name;
    this.name = name;
    this.out = out;
  }

  @Override
  public void onStart(Training training) {
    steps = training.plannedSteps();
    last = null;
    evaluated = null;
    name = given.isEmpty() ? training.name().task() : given;
    bar = Verbosity.showsProgress() ? TerminalBar.of(name, steps) : null;
    if (bar != null) {
      bar.at(training.progress().step(), "");
    }
  }

  @Override
  public void onStep(StepRecord report, Training training) {
    evaluated = report.evaluated() ? report : evaluated;
    StepRecord before = last;
    last = report;
    if (before != null && before.phase() != report.phase() && Verbosity.showsProgress()) {
      tellChange(before, report);
    }
    if (bar != null) {
      bar.at(report.step(), state(report));
    } else if (Verbosity.showsProgress() && isDue(report.step())) {
      out.printf(
          "%s step %d/%d %s, %.0f ms%n",
          name, report.step(), steps, state(report), 1000 * report.stepSeconds());
    }
  }

  /** What became of the run, which the log has said of a spawn, and what that did to it. */
  private void tellChange(StepRecord before, StepRecord now) {
    if (now.layers().isEmpty()) {
      return;
    }
    if (now.phase() == Phase.HARD) {
      onNote("%s: from step %d each token uses only its best experts".formatted(name, now.step()));
    }
    onNote(
        "%s: loss %.4f -> %.4f, active experts %.2f -> %.2f, temperature %.2f"
            .formatted(
                name,
                before.trainLoss(),
                now.trainLoss(),
                before.activeExperts(),
                now.activeExperts(),
                now.temperature()));
  }

  private boolean isDue(long step) {
    return step % Math.max(1, steps / LINES) == 0 || step == steps;
  }

  private String state(StepRecord report) {
    String active =
        report.layers().isEmpty() ? "" : ", %.2f active".formatted(report.activeExperts());
    return "loss %.4f%s%s".formatted(report.trainLoss(), active, valid(report.step()));
  }

  /** One that was measured earlier says when. */
  private String valid(long step) {
    StepRecord measured = evaluated;
    if (measured == null) {
      return "";
    }
    String when = measured.step() == step ? "" : " at step " + measured.step();
    return ", valid %.4f%s".formatted(measured.validLoss(), when);
  }

  @Override
  public void onNote(String line) {
    TerminalBar.above(out, line);
  }

  @Override
  public void onEnd(Training training) {
    if (bar != null) {
      bar.end();
    }
  }
}
