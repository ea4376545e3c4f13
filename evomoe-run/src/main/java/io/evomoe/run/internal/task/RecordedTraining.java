package io.evomoe.run.internal.task;

import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingState.CheckpointWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Trains, and writes each step to the log and the curve before the callbacks are told of it. A
 * checkpoint is never newer than the log on the disk.
 */
public final class RecordedTraining {
  private RecordedTraining() {}

  /**
   * Trains to the end, or until a stop is requested. An interrupt of the thread is a request to
   * stop; the thread is interrupted again when the result is there.
   *
   * @param name of the run
   * @param folder of the log, which has the earlier steps, the curve and the result
   * @param begin called before the first step, when a stop request has an effect; returns the
   *     writer of checkpoints
   * @param result computes the result from all steps and their planned number, which is that of the
   *     taken ones after an early end
   * @throws IllegalStateException if the training diverged, naming the gate
   */
  public static Outcome train(
      Trainer<?> trainer,
      RunName name,
      Path folder,
      Supplier<CheckpointWriter> begin,
      List<Callback> callbacks,
      BiFunction<RecordedRun, Long, RunResult> result) {
    trainer.record(StepFile.upTo(folder, name, trainer.progress().step()));
    StepFile log = StepFile.in(folder);
    List<Callback> all = new ArrayList<>(List.of(log, CurveFile.in(folder)));
    all.addAll(callbacks);
    boolean interrupted = false;
    try {
      trainer.runSaving(() -> saving(log, begin.get()), all);
      interrupted = Thread.interrupted();
      RecordedRun recorded = trainer.recorded();
      Outcome outcome = new Outcome(result.apply(recorded, trainer.plannedSteps()), recorded);
      RunResult.write(folder.resolve(RunResult.FILE), List.of(outcome.result()));
      return outcome;
    } catch (TrainingDivergedException e) {
      IllegalStateException failure =
          new IllegalStateException("gate " + name.gate() + ": " + e.getMessage(), e);
      Stream.of(e.getSuppressed()).forEach(failure::addSuppressed);
      throw failure;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static CheckpointWriter saving(StepFile log, CheckpointWriter checkpoints) {
    return state -> {
      log.force();
      return checkpoints.write(state);
    };
  }
}
