package io.evomoe.spark;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Measured;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.task.Results;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskRun;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Evaluation;
import io.evomoe.training.FirstExperts;
import io.evomoe.training.Model;
import io.evomoe.training.StepReport;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.rounds.Contribution;
import io.evomoe.training.rounds.Coordinator;
import io.evomoe.training.rounds.ModelSnapshot;
import io.evomoe.training.rounds.RoundConfig;
import io.evomoe.training.rounds.RoundPlan;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The rounds of a run, recorded as {@link Run} records steps: a row of the curve and a checkpoint a
 * round.
 */
final class ClusterRun<B, M extends Model<B>> {
  private final Task<B, M> task;
  private final RunConfig config;
  private final RoundConfig rounds;
  private final M model;
  private final Coordinator coordinator;
  private final Evaluation<B> evaluation;
  private FirstExperts probed = new FirstExperts();
  private Measured measuredBefore = Measured.NOTHING;

  ClusterRun(Task<B, M> task, RunConfig config, RoundConfig rounds) {
    this.task = task;
    this.config = config;
    this.rounds = rounds;
    this.model = task.model(config);
    this.coordinator =
        new Coordinator(model, config.kernels(), config.trainer(), config.schedule(), rounds);
    this.evaluation = new Evaluation<>(model, task.data(config).heldOut());
  }

  static <B, M extends Model<B>> ClusterRun<B, M> of(
      Task<B, M> task, RunConfig config, RoundConfig rounds) {
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
      double norm = finish(sum);
      double seconds = (System.nanoTime() - roundBegan) / 1e9;
      StepReport report = report(sum, span, norm, seconds, (System.nanoTime() - began) / 1e9);
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

  private double finish(Contribution sum) {
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

  private StepReport report(
      Contribution sum, RoundPlan.Span span, double norm, double seconds, double wall) {
    StepContext moment = coordinator.momentBefore(span.to());
    OptionalDouble valid = OptionalDouble.empty();
    OptionalDouble fluctuation = OptionalDouble.empty();
    if (isDue(span)) {
      Evaluation.Measured measured = evaluation.measure(moment);
      valid = measured.loss();
      fluctuation = measured.firstExperts().changedSince(probed);
      probed = measured.firstExperts();
    }
    return new StepReport(
        span.to(),
        coordinator.progress().tokens(),
        coordinator.progress().trainFlops(),
        wall,
        seconds / span.length(),
        sum.sums().meanLoss(),
        valid,
        sum.sums().meanAuxLoss(),
        norm,
        config.training().rate().at(span.to() - 1, config.training().steps()),
        moment.phase(),
        moment.temperature(),
        sum.routing(),
        fluctuation);
  }

  /** After the round in which the held-out loss is due, or several times due. */
  private boolean isDue(RoundPlan.Span span) {
    long every = config.training().evalEvery();
    return span.to() == config.training().steps()
        || (every > 0 && span.to() / every > span.from() / every);
  }
}
