package io.evomoe.spark;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Measured;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.task.Results;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskRun;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Model;
import io.evomoe.training.PeriodicEvaluation;
import io.evomoe.training.StepReport;
import io.evomoe.training.StepResult;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.rounds.Contribution;
import io.evomoe.training.rounds.Coordinator;
import io.evomoe.training.rounds.ModelSnapshot;
import io.evomoe.training.rounds.RoundConfig;
import io.evomoe.training.rounds.RoundPlan;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The rounds of a run, recorded as {@link Run} records steps: a row of the curve and a checkpoint a
 * round.
 */
final class ClusterRun<B, M extends Model<B>> {
  private final TaskData<B, M> task;
  private final RunConfig config;
  private final RoundConfig rounds;
  private final M model;
  private final Coordinator coordinator;
  private final PeriodicEvaluation<B> evaluation;
  private Measured measuredBefore = Measured.NOTHING;

  ClusterRun(TaskData<B, M> task, RunConfig config, RoundConfig rounds) {
    this.task = task;
    this.config = config;
    this.rounds = rounds;
    this.model = task.model(config);
    this.coordinator =
        new Coordinator(model, config.kernels(), config.trainer(), config.schedule(), rounds);
    this.evaluation =
        new PeriodicEvaluation<>(model, task.batches(config).heldOut(), config.training());
  }

  static <B, M extends Model<B>> ClusterRun<B, M> of(
      TaskData<B, M> task, RunConfig config, RoundConfig rounds) {
    return new ClusterRun<>(task, config, rounds);
  }

  void resume(Checkpoint saved) {
    coordinator.resume(saved);
    measuredBefore = Measured.of(saved.config());
  }

  /** Rows of the curve up to now, those of the saved run included. */
  long rowsDone() {
    return coordinator.plan().spansBefore(coordinator.progress().step());
  }

  /** Writes a checkpoint before the first round. */
  void save(CheckpointWriter checkpoints) {
    checkpoints.write(coordinator.state());
  }

  /** Trains to the end. */
  TaskRun.Outcome train(
      Workers workers,
      CheckpointWriter checkpoints,
      CurveFile curves,
      List<CurveRow> earlier,
      Path folder,
      PrintStream console) {
    RoundFile log = RoundFile.open(folder, coordinator.progress().step());
    RunRecording recording =
        new RunRecording(
            config.task(), config.gate(), config.seed(), curves, earlier, measuredBefore);
    recording.timeFirst();
    if (!config.provider().annealed()) {
      recording.leaveOutTemperature();
    }
    long began = System.nanoTime();
    while (!coordinator.isFinished()) {
      RoundPlan.Span span = coordinator.nextSpan();
      ModelSnapshot start = coordinator.nextStart();
      long roundBegan = System.nanoTime();
      Contribution sum = workers.round(start, span);
      StepResult done = finish(sum);
      double seconds = (System.nanoTime() - roundBegan) / 1e9;
      PeriodicEvaluation.Result measured =
          evaluation.measureIfDue(span.from(), done).orElse(PeriodicEvaluation.Result.NONE);
      double wall = (System.nanoTime() - began) / 1e9;
      StepReport report = done.report(wall, seconds / span.length(), measured);
      recording.onStep(report);
      recording.force();
      RoundLine line =
          new RoundLine(coordinator.plan(), span, report, sum, traffic(), rounds.wire(), seconds);
      log.append(line);
      checkpoints.write(coordinator.state().with(recording.measured().notes()));
      console.println(line.text());
      console.flush();
    }
    return Results.of(
        task,
        model,
        config,
        coordinator.state(),
        recording.measured().tokensPerSecond(),
        recording.run());
  }

  private Traffic traffic() {
    return new Traffic(
        model.parameters().stream().mapToLong(Parameter::length).sum(),
        model.state().stream().mapToLong(state -> state.value().length()).sum());
  }

  private StepResult finish(Contribution sum) {
    String failure = sum.failure();
    if (failure != null) {
      throw new IllegalStateException("gate " + config.gate() + ": " + failure);
    }
    try {
      return coordinator.finish(sum);
    } catch (NotFiniteException e) {
      throw new IllegalStateException("gate " + config.gate() + ": " + e.getMessage(), e);
    }
  }
}
