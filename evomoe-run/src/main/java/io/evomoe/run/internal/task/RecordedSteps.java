package io.evomoe.run.internal.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunRecording;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingListener;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains and records steps. An interrupt of the thread is a request to stop ({@link #interrupted}),
 * and so is an exception of a listener. The training is saved before the exception is rethrown.
 */
public final class RecordedSteps {
  private final Trainer<?> trainer;
  private boolean interrupted;

  public RecordedSteps(Trainer<?> trainer) {
    this.trainer = trainer;
  }

  /** Writes a checkpoint before the next steps. */
  void save(CheckpointWriter checkpoints) {
    trainer.save(heeding(checkpoints));
  }

  /**
   * Trains to the end, or until a stop is requested.
   *
   * @param config of the network, for messages
   * @param recording of the steps
   * @param checkpoints writer of checkpoints, each after the curve up to it is on the disk
   * @param told called for every step after it was recorded, and after the recording's watcher
   */
  public void train(
      RunConfig config,
      RunRecording recording,
      CheckpointWriter checkpoints,
      TrainingListener... told) {
    List<TrainingListener> all = new ArrayList<>(List.of(recording.watching()));
    all.addAll(List.of(told));
    GuardedListener guarded =
        new GuardedListener(trainer::requestStop, all.toArray(TrainingListener[]::new));
    TrainingListener heed = report -> heedInterrupt();
    try {
      trainer.runSaving(heeding(recording.saving(checkpoints)), heed, recording, guarded, heed);
    } catch (TrainingDivergedException e) {
      throw guarded.addTo(Results.failure(config, e));
    }
    heedInterrupt();
    guarded.throwOn();
  }

  /** Writes a checkpoint again if an interrupt prevented it. */
  private CheckpointWriter heeding(CheckpointWriter checkpoints) {
    return state -> {
      heedInterrupt();
      try {
        return checkpoints.write(state);
      } catch (UncheckedIOException e) {
        if (!Thread.currentThread().isInterrupted()) {
          throw e;
        }
        heedInterrupt();
        return checkpoints.write(state);
      }
    };
  }

  /** Clears the interrupt, because files written by an interrupted thread are closed. */
  private void heedInterrupt() {
    if (Thread.interrupted()) {
      interrupted = true;
      trainer.requestStop();
    }
  }

  /** Whether the thread was interrupted in {@link #train}, which has cleared its flag. */
  public boolean interrupted() {
    return interrupted;
  }
}
