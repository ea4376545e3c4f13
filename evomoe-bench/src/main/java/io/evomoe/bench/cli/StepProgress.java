package io.evomoe.bench.cli;

import io.evomoe.training.PeriodicEvaluation;
import io.evomoe.training.Progress;
import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.io.PrintStream;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A progress bar on a terminal, and a plain line now and then elsewhere. */
class StepProgress implements TrainingListener {
  private static final int LINES = 10;

  private final String name;
  private final long steps;
  private final PrintStream out;
  private final Consumer<Runnable> stop;
  private @Nullable ProgressBar bar;
  private double validLoss = Double.NaN;
  private long validStep;

  /** Of a training that is stopped otherwise. */
  StepProgress(String name, long steps, PrintStream out) {
    this(name, steps, out, requestStop -> {});
  }

  /**
   * Of a training.
   *
   * @param stop gets what to ask to stop, as it starts
   */
  StepProgress(String name, long steps, PrintStream out, Consumer<Runnable> stop) {
    this.name = name;
    this.steps = steps;
    this.out = out;
    this.stop = stop;
  }

  @Override
  public void onStart(Progress from, Runnable requestStop) {
    stop.accept(requestStop);
    bar = Loudness.showsProgress() ? TerminalBar.of(name, steps) : null;
  }

  @Override
  public void onEvaluation(long step, PeriodicEvaluation.Result measured) {
    if (measured.loss().isPresent()) {
      validLoss = measured.loss().getAsDouble();
      validStep = step;
    }
  }

  @Override
  public void onStep(StepReport report) {
    if (bar != null) {
      bar.stepTo(report.step());
      bar.setExtraMessage(state(report));
    } else if (Loudness.showsProgress() && isDue(report.step())) {
      out.printf(
          "%s step %d/%d %s, %.0f ms%n",
          name, report.step(), steps, state(report), 1000 * report.stepSeconds());
    }
  }

  private boolean isDue(long step) {
    return step % Math.max(1, steps / LINES) == 0 || step == steps;
  }

  private String state(StepReport report) {
    String active =
        report.routing().isEmpty() ? "" : ", %.2f active".formatted(report.activeExperts());
    return "loss %.4f%s%s".formatted(report.trainLoss(), valid(report.step()), active);
  }

  /** One that was measured earlier says when. */
  private String valid(long step) {
    if (Double.isNaN(validLoss)) {
      return "";
    }
    String when = validStep == step ? "" : " at step " + validStep;
    return ", valid %.4f%s".formatted(validLoss, when);
  }

  @Override
  public void onEnd(Progress to) {
    if (bar != null) {
      bar.close();
    }
  }
}
