package io.evomoe.run.internal.task;

import io.evomoe.training.PeriodicEvaluation;
import io.evomoe.training.Progress;
import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells another listener, and takes what it throws for a request to stop. */
final class GuardedListener implements TrainingListener {
  private final TrainingListener listener;
  private final Runnable requestStop;
  private @Nullable Throwable thrown;

  GuardedListener(TrainingListener listener, Runnable requestStop) {
    this.listener = listener;
    this.requestStop = requestStop;
  }

  @Override
  public void onStart(Progress from, Runnable stop) {
    tell(() -> listener.onStart(from, stop));
  }

  @Override
  public void onEvaluation(long step, PeriodicEvaluation.Result measured) {
    tell(() -> listener.onEvaluation(step, measured));
  }

  @Override
  public void onStep(StepReport report) {
    tell(() -> listener.onStep(report));
  }

  @Override
  public void onCheckpoint(Path checkpoint) {
    tell(() -> listener.onCheckpoint(checkpoint));
  }

  @Override
  public void onEnd(Progress to) {
    tell(() -> listener.onEnd(to));
  }

  private void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException | Error e) {
      thrown = thrown == null ? e : thrown;
      requestStop.run();
    }
  }

  /** Adds what the listener threw to a failure that came after it. */
  <T extends Throwable> T addTo(T failure) {
    if (thrown != null) {
      failure.addSuppressed(thrown);
    }
    return failure;
  }

  /** Throws on what the listener threw first, if it did. */
  void throwOn() {
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }
}
