package io.evomoe.spark;

import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RecordedTraining;
import io.evomoe.run.internal.task.Results;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.task.TaskData;
import io.evomoe.step.StepContext;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepSource;
import io.evomoe.training.Trainer;
import io.evomoe.training.Training;
import io.evomoe.training.TrainingState;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Coordinator;
import io.evomoe.training.internal.rounds.ModelSnapshot;
import io.evomoe.training.internal.rounds.RoundConfig;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rounds of a run as its steps, so that {@link Trainer} evaluates, records and saves each
 * of them.
 */
final class ClusterRounds<B, M extends Model<B>> implements StepSource, Callback {
  private final TaskData<B, M> data;
  private final RunConfig config;
  private final RoundConfig rounds;
  private final M model;
  private final Coordinator coordinator;
  private final Trainer<B> trainer;
  private final Workers workers;
  private final PrintStream console;
  private @Nullable RoundFile log;
  private @Nullable RoundLine last;

  private ClusterRounds(
      TaskData<B, M> data,
      RunConfig config,
      RoundConfig rounds,
      Workers workers,
      PrintStream console,
      @Nullable Checkpoint saved) {
    this.data = data;
    this.config = config;
    this.rounds = rounds;
    this.workers = workers;
    this.console = console;
    this.model = data.model(config);
    this.coordinator =
        saved == null
            ? new Coordinator(model, config.trainer(), config.schedule(), rounds)
            : Coordinator.resumed(saved, model, config.trainer(), config.schedule(), rounds);
    this.trainer =
        new Trainer<>(
            this,
            model,
            data.batches(config).heldOut(),
            config.trainer().with(t -> t.checkpointEvery(1)),
            saved == null ? null : saved.location());
    trainer.sample(() -> data.samples(model, coordinator.state().context().evaluating()));
  }

  static <B, M extends Model<B>> ClusterRounds<B, M> of(
      TaskData<B, M> data,
      RunConfig config,
      RoundConfig rounds,
      Workers workers,
      PrintStream console,
      @Nullable Checkpoint saved) {
    return new ClusterRounds<>(data, config, rounds, workers, console, saved);
  }

  /** Writes a checkpoint before the next rounds. */
  void save(CheckpointWriter checkpoints) {
    trainer.save(checkpoints);
  }

  /** Trains to the end, or until it is stopped. */
  Outcome train(
      Path folder,
      RecordedRun earlier,
      Supplier<CheckpointWriter> begin,
      List<Callback> callbacks) {
    log = RoundFile.open(folder, coordinator.progress().step());
    List<Callback> all = new ArrayList<>(callbacks);
    all.add(this);
    RecordedRun recorded =
        new RecordedTraining(trainer)
            .train(earlier, StepFile.in(folder), CurveFile.in(folder), begin, all);
    return Results.of(data, model, config, coordinator.state(), recorded);
  }

  @Override
  public StepRecord next() {
    RoundPlan.Span span = coordinator.nextSpan();
    ModelSnapshot start = coordinator.nextStart();
    long began = System.nanoTime();
    Contribution sum = workers.round(start, span);
    String failure = sum.failure();
    if (failure != null) {
      throw Results.failure(config.gate(), new IllegalStateException(failure));
    }
    StepRecord done = coordinator.finish(sum);
    double seconds = (System.nanoTime() - began) / 1e9;
    last = new RoundLine(coordinator.plan(), span, done, sum, traffic(), rounds.wire(), seconds);
    return done;
  }

  private Traffic traffic() {
    return new Traffic(
        model.parameters().stream().mapToLong(Parameter::length).sum(),
        model.state().stream().mapToLong(state -> state.value().length()).sum());
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    RoundLine line = Objects.requireNonNull(last).of(step);
    Objects.requireNonNull(log).append(line);
    console.println(line.text());
    console.flush();
  }

  @Override
  public Progress progress() {
    return coordinator.progress();
  }

  @Override
  public StepContext context() {
    return config.schedule().context(coordinator.progress().step() - 1, false, model.seed());
  }

  @Override
  public TrainingState state() {
    return coordinator.state();
  }

  /** The process ends with the run. */
  @Override
  public void close() {}
}
