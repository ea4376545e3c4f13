package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.bench.compare.ComparedRun;
import io.evomoe.bench.compare.ComparedRun.FinishedRun;
import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Outcome;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
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
   * @param told of every step, which is in the log in the run's folder before
   */
  Outcome train(String name, PreparedData data, List<Callback> told, PrintStream console) {
    if (finished != null) {
      console.printf("%s: already finished%n", name);
      return new Outcome(finished.result(), finished.recorded());
    }
    // Before the model is made, which takes a while where it has many experts.
    console.println(Description.parameters(data.data(), config()));
    console.println(Description.losses(config()));
    console.flush();
    try (Run<?> run = place.open(data, checkpoint)) {
      List<Callback> all = new ArrayList<>(told);
      all.add(new StepProgress(name, console));
      Outcome outcome = run.train(all.toArray(Callback[]::new));
      if (outcome.result().isInterrupted()) {
        console.printf("%s: saved after step %d%n", name, outcome.result().steps());
      } else {
        place.finish(outcome);
      }
      return outcome;
    }
  }
}
