package io.evomoe.bench.cli;

import io.evomoe.bench.compare.ComparedRun;
import io.evomoe.bench.compare.FinishedRun;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run, and what there is of it already.
 *
 * @param place its folder
 * @param finished the whole run, if it was finished before
 * @param checkpoint where to go on, if it was interrupted
 * @param earlier its steps up to there
 */
record PlannedRun(
    ComparedRun place,
    @Nullable FinishedRun finished,
    @Nullable Checkpoint checkpoint,
    RecordedRun earlier) {

  /** A run with what its folder holds. */
  static PlannedRun of(ComparedRun place) {
    Optional<FinishedRun> finished = place.finished();
    if (finished.isPresent()) {
      return new PlannedRun(place, finished.get(), null, finished.get().recorded());
    }
    Optional<Checkpoint> checkpoint = place.interrupted();
    long step = checkpoint.map(saved -> saved.progress().step()).orElse(0L);
    return new PlannedRun(place, null, checkpoint.orElse(null), place.upTo(step));
  }

  RunConfig config() {
    return place.config();
  }

  /**
   * Takes the run as it is if it was finished, and trains what is missing otherwise, to the end or
   * until it is stopped and saved.
   *
   * @param name for people
   * @param shared curves of a comparison, which hold the {@link #earlier} rows already; null for a
   *     file in the run's own folder, which nobody else may be writing to
   * @param watcher told of every step, beside the log in the run's folder
   */
  Outcome train(
      String name,
      TaskData<?, ?> data,
      @Nullable CurveFile shared,
      RunWatcher watcher,
      GracefulStop stop,
      MemoryGuard memory,
      PrintStream console) {
    if (finished != null) {
      console.printf("%s: already finished%n", name);
      return new Outcome(finished.result(), finished.recorded());
    }
    RunConfig config = config();
    // Before the model is made, which takes a while where it has many experts.
    console.println(Description.parameters(data, config));
    console.println(Description.losses(config));
    console.flush();
    try (OutputFolder ignored = place.open();
        CurveFile own = shared == null ? CurveFile.create(place.curves(), List.of(earlier)) : null;
        TaskTraining<?, ?> run =
            checkpoint == null
                ? TaskTraining.of(data, config)
                : TaskTraining.resumed(data, config, checkpoint)) {
      CurveFile curves = Objects.requireNonNull(shared == null ? own : shared);
      return train(name, run, curves, watcher, stop, memory, console);
    }
  }

  private Outcome train(
      String name,
      TaskTraining<?, ?> run,
      CurveFile curves,
      RunWatcher watcher,
      GracefulStop stop,
      MemoryGuard memory,
      PrintStream console) {
    RunConfig config = config();
    stop.begin(run::requestStop);
    if (checkpoint != null) {
      console.printf(
          "%s: resuming after step %d of %d%n",
          name, checkpoint.progress().step(), config.training().steps());
    }
    memory.watch(run::requestStop);
    StepProgress progress = new StepProgress(name, config.training().steps(), console);
    CheckpointFolder checkpoints = place.start(checkpoint != null);
    RunWatcher logged = new RunFolder(place.folder()).logging(watcher);
    Outcome outcome = run.train(checkpoints, curves, earlier, logged, progress);
    if (outcome.result().steps() == config.training().steps()) {
      place.finish(outcome);
    } else {
      console.printf("%s: saved after step %d%n", name, outcome.result().steps());
    }
    return outcome;
  }
}
