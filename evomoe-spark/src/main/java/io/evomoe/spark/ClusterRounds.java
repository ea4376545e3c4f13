package io.evomoe.spark;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.rounds.ClusterRequest;
import io.evomoe.run.internal.task.Results;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Model;
import io.evomoe.training.PeriodicEvaluation;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingListener;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Coordinator;
import io.evomoe.training.internal.rounds.ModelSnapshot;
import io.evomoe.training.internal.rounds.RoundConfig;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains and records a run's rounds as a run on one machine does: one row of the curve and one
 * checkpoint per round.
 */
final class ClusterRounds<B, M extends Model<B>> {
  private final TaskData<B, M> data;
  private final RunConfig config;
  private final RoundConfig rounds;
  private final M model;
  private final Coordinator coordinator;
  private final PeriodicEvaluation<B> evaluation;
  private @Nullable Path lastCheckpoint;

  private ClusterRounds(
      TaskData<B, M> data, RunConfig config, RoundConfig rounds, @Nullable Checkpoint saved) {
    this.data = data;
    this.config = config;
    this.rounds = rounds;
    this.model = data.model(config);
    this.coordinator =
        saved == null
            ? new Coordinator(model, config.trainer(), config.schedule(), rounds)
            : Coordinator.resumed(saved, model, config.trainer(), config.schedule(), rounds);
    this.evaluation =
        new PeriodicEvaluation<>(model, data.batches(config).heldOut(), config.training());
    this.lastCheckpoint = saved == null ? null : saved.location();
  }

  static <B, M extends Model<B>> ClusterRounds<B, M> of(
      TaskData<B, M> data, RunConfig config, RoundConfig rounds) {
    return new ClusterRounds<>(data, config, rounds, null);
  }

  static <B, M extends Model<B>> ClusterRounds<B, M> resumed(
      TaskData<B, M> data, RunConfig config, RoundConfig rounds, Checkpoint saved) {
    return new ClusterRounds<>(data, config, rounds, saved);
  }

  /** Writes a checkpoint before the next rounds. */
  void save(CheckpointWriter checkpoints) {
    lastCheckpoint = checkpoints.write(coordinator.state());
  }

  /** Trains to the end. */
  Outcome train(
      Workers workers,
      CheckpointWriter checkpoints,
      CurveFile curves,
      RecordedRun earlier,
      RunWatcher watcher,
      ClusterRequest request) {
    RoundFile log = RoundFile.open(request.out(), coordinator.progress().step());
    RunRecording recording = new RunRecording(curves, earlier, config.training().steps(), watcher);
    TrainingListener told =
        TrainingListener.all(
            List.of(
                recording,
                recording.watching(),
                data.sampling(model, () -> coordinator.state().context(), watcher)));
    CheckpointWriter saving = recording.saving(checkpoints);
    long began = System.nanoTime();
    told.onStart(coordinator.progress(), () -> {});
    try {
      while (!coordinator.isFinished()) {
        RoundLine line = round(workers, told, began);
        log.append(line);
        lastCheckpoint = saving.write(coordinator.state());
        request.console().println(line.text());
        request.console().flush();
      }
    } finally {
      told.onEnd(coordinator.progress());
    }
    return Results.of(data, model, config, coordinator.state(), recording);
  }

  private RoundLine round(Workers workers, TrainingListener told, long began) {
    RoundPlan.Span span = coordinator.nextSpan();
    ModelSnapshot start = coordinator.nextStart();
    long roundBegan = System.nanoTime();
    Contribution sum = workers.round(start, span);
    StepRecord done = finish(sum);
    double seconds = seconds(roundBegan);
    StepRecord step = measured(span, done).timed(seconds(began), seconds / span.length());
    told.onStep(step);
    return new RoundLine(coordinator.plan(), span, step, sum, traffic(), rounds.wire(), seconds);
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private Traffic traffic() {
    return new Traffic(
        model.parameters().stream().mapToLong(Parameter::length).sum(),
        model.state().stream().mapToLong(state -> state.value().length()).sum());
  }

  private StepRecord finish(Contribution sum) {
    String failure = sum.failure();
    if (failure != null) {
      throw Results.failure(config, new IllegalStateException(failure));
    }
    try {
      return coordinator.finish(sum);
    } catch (NotFiniteException e) {
      throw diverged(e);
    }
  }

  private StepRecord measured(RoundPlan.Span span, StepRecord done) {
    try {
      return evaluation.measureIfDue(
          span.from(), done, config.schedule().context(span.to() - 1, false, model.seed()));
    } catch (NotFiniteException e) {
      throw diverged(e);
    }
  }

  private IllegalStateException diverged(NotFiniteException cause) {
    long step = coordinator.progress().step();
    String what = String.valueOf(cause.getMessage());
    return Results.failure(config, new TrainingDivergedException(step, what, lastCheckpoint));
  }
}
