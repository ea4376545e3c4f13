package io.evomoe.spark;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.run.Run;
import io.evomoe.training.Callback;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepSource;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.Training;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Coordinator;
import io.evomoe.training.internal.rounds.ModelSnapshot;
import io.evomoe.training.internal.rounds.RoundConfig;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rounds of a run as its steps, so that {@link Run} evaluates, records and saves each of
 * them.
 */
final class ClusterRounds implements StepSource.Factory, Callback {
  private final Path folder;
  private final RoundConfig config;
  private final PrintStream console;
  private @Nullable Workers workers;
  private @Nullable RoundFile log;
  private @Nullable RoundLine last;

  ClusterRounds(Path folder, RoundConfig config, PrintStream console) {
    this.folder = folder;
    this.config = config;
    this.console = console;
  }

  /** Sets the workers, which need the opened run. */
  ClusterRounds with(Workers ready) {
    workers = ready;
    return this;
  }

  @Override
  public StepSource begin(
      Model<?> model,
      TrainerConfig trainer,
      EvolutionSchedule evolution,
      @Nullable SavedRun saved) {
    return new Coordinator(model, trainer, evolution, config, saved) {
      @Override
      public StepRecord next() {
        return round(this);
      }
    };
  }

  private StepRecord round(Coordinator coordinator) {
    RoundPlan.Span span = coordinator.nextSpan();
    ModelSnapshot start = coordinator.nextStart();
    long began = System.nanoTime();
    Contribution sum = Objects.requireNonNull(workers).round(start, span);
    StepRecord done = coordinator.finish(sum);
    double seconds = (System.nanoTime() - began) / 1e9;
    last = new RoundLine(coordinator.plan(), span, sum, seconds);
    return done;
  }

  @Override
  public void onNote(String line) {
    console.println(line);
  }

  @Override
  public void onStart(Training training) {
    log = RoundFile.open(folder, training.progress().step());
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    RoundLine line = Objects.requireNonNull(last);
    Objects.requireNonNull(log).append(line);
    console.println(line.text(step));
    console.flush();
  }
}
