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
 * The steps of a trainer, recorded. An interrupt of the thread is a request to stop ({@link
 * #interrupted}), and so is a listener that throws: what was trained is saved before its exception
 * is thrown on.
 */
public final class RecordedSteps {
  private final Trainer<?> trainer;
  private boolean interrupted;

  public RecordedSteps(Trainer<?> trainer) {
    this.trainer = trainer;
  }

  /** Writes a checkpoint before the steps to come. */
  void save(CheckpointWriter checkpoints) {
    trainer.save(heeding(checkpoints));
  }

  /**
   * Trains to the end, or until a stop is requested.
   *
   * @param config of the network, for messages
   * @param recording of the steps
   * @param checkpoints where they go, each after the curve up to it is on the disk
   * @param told of every step after it was recorded, and after the recording's watcher
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

  /** What an interrupt has kept from being written is written once more. */
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

  /** Files that are written by an interrupted thread are closed under its hands. */
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
