package io.evomoe.bench.cli;

import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on a terminal, and a plain line now and then elsewhere. */
final class StepProgress implements TrainingListener, AutoCloseable {
  /** Set by the launcher when standard error is a terminal. */
  private static final String TERMINAL = "evomoe.terminal";

  private static final int LINES = 10;

  private final String name;
  private final long steps;
  private final PrintStream out;
  private final @Nullable ProgressBar bar;
  private double validLoss = Double.NaN;

  StepProgress(String name, long steps, PrintStream out) {
    this.name = name;
    this.steps = steps;
    this.out = out;
    this.bar =
        !Boolean.getBoolean(TERMINAL)
            ? null
            : new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(steps)
                .setUnit(" steps", 1)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
  }

  @Override
  public void onStep(StepReport report) {
    report.validLoss().ifPresent(loss -> validLoss = loss);
    if (bar != null) {
      bar.stepTo(report.step());
      bar.setExtraMessage(state(report));
    } else if (report.step() % Math.max(1, steps / LINES) == 0 || report.step() == steps) {
      out.printf(
          "%s step %d/%d %s, %.0f ms%n",
          name, report.step(), steps, state(report), 1000 * report.stepSeconds());
    }
  }

  private String state(StepReport report) {
    String active =
        report.routing().isEmpty() ? "" : ", %.2f active".formatted(report.activeExperts());
    String valid = Double.isNaN(validLoss) ? "" : ", valid %.4f".formatted(validLoss);
    return "loss %.4f%s%s".formatted(report.trainLoss(), valid, active);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
