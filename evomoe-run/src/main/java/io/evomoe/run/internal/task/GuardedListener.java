package io.evomoe.run.internal.task;

import io.evomoe.training.Progress;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls other listeners, and treats an exception of one as a request to stop. */
final class GuardedListener implements TrainingListener {
  private final Runnable requestStop;
  private final List<TrainingListener> listeners;
  private @Nullable Throwable thrown;

  GuardedListener(Runnable requestStop, TrainingListener... listeners) {
    this.requestStop = requestStop;
    this.listeners = List.of(listeners);
  }

  @Override
  public void onStart(Progress from, Runnable stop) {
    tell(listener -> listener.onStart(from, stop));
  }

  @Override
  public void onEvaluation(StepRecord step) {
    tell(listener -> listener.onEvaluation(step));
  }

  @Override
  public void onStep(StepRecord step) {
    tell(listener -> listener.onStep(step));
  }

  @Override
  public void onCheckpoint(Path checkpoint) {
    tell(listener -> listener.onCheckpoint(checkpoint));
  }

  @Override
  public void onEnd(Progress to) {
    tell(listener -> listener.onEnd(to));
  }

  private void tell(Consumer<TrainingListener> news) {
    for (TrainingListener listener : listeners) {
      try {
        news.accept(listener);
      } catch (RuntimeException | Error e) {
        thrown = thrown == null ? e : thrown;
        requestStop.run();
      }
    }
  }

  /** Adds what a listener threw to a failure that came after it. */
  <T extends Throwable> T addTo(T failure) {
    if (thrown != null) {
      failure.addSuppressed(thrown);
    }
    return failure;
  }

  /** Rethrows the first exception of a listener. */
  void throwOn() {
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }
}
