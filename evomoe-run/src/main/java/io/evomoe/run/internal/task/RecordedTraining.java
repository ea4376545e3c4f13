package io.evomoe.run.internal.task;

import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Trains, and writes each step to the log and the curve before the callbacks are told of it. A
 * checkpoint is never newer than the log on the disk.
 */
public final class RecordedTraining {
  private final Trainer<?> trainer;
  private boolean interrupted;

  /** Records the steps of a trainer. */
  public RecordedTraining(Trainer<?> trainer) {
    this.trainer = trainer;
  }

  /**
   * Trains to the end, or until a stop is requested.
   *
   * @param earlier steps that were taken before, and the name of the run
   * @param folder of the log and the curve
   * @param begin called before the first step, when a stop request has an effect; returns the
   *     writer of checkpoints
   * @return all steps
   * @throws IllegalStateException if the training diverged, naming the gate
   */
  public RecordedRun train(
      RecordedRun earlier,
      Path folder,
      Supplier<CheckpointWriter> begin,
      List<Callback> callbacks) {
    trainer.record(earlier);
    StepFile log = StepFile.in(folder);
    List<Callback> all = new ArrayList<>(List.of(log, CurveFile.in(folder)));
    all.addAll(callbacks);
    try {
      trainer.runSaving(() -> saving(log, begin.get()), all);
    } catch (TrainingDivergedException e) {
      throw Results.failure(earlier.gate(), e);
    } finally {
      interrupted = Thread.interrupted();
    }
    return trainer.recorded();
  }

  private static CheckpointWriter saving(StepFile log, CheckpointWriter checkpoints) {
    return new CheckpointWriter() {
      @Override
      public Path write(TrainingState state) {
        log.force();
        return checkpoints.write(state);
      }

      @Override
      public void keepBest(Path checkpoint) {
        checkpoints.keepBest(checkpoint);
      }

      @Override
      public Optional<Path> restoreBest() {
        return checkpoints.restoreBest();
      }
    };
  }

  /** Whether the thread was interrupted in {@link #train}, which has cleared its flag. */
  public boolean interrupted() {
    return interrupted;
  }
}
