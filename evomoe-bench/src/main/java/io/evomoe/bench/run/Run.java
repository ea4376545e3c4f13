package io.evomoe.bench.run;

import io.evomoe.bench.report.CurveFile;
import io.evomoe.bench.report.CurveRow;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.RunRecording;
import io.evomoe.bench.report.RunResult;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.SavedRun;
import io.evomoe.training.StepReport;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training run of a task, recorded.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public final class Run<B, M extends Model<B>> {
  private final Task<B, M> task;
  private final RunConfig config;
  private final M model;
  private final Trainer<B> trainer;
  private final Totals totals = new Totals();

  /** A run before its first step. */
  public Run(Task<B, M> task, RunConfig config) {
    this.task = task;
    this.config = config;
    this.model = task.model(config);
    this.trainer =
        new Trainer<>(
            model,
            task.data(config),
            config.kernels(),
            config.training().config(config.seed()),
            schedule(config));
  }

  private static EvolutionSchedule schedule(RunConfig config) {
    return new EvolutionSchedule(
        config.evolution().config(config.training().steps()), config.provider().growth());
  }

  /**
   * Starts from the weights of a dense network; to be called before {@link #train}.
   *
   * @throws IllegalArgumentException if they do not fit this run's model
   */
  public void startFrom(DenseWeights weights) {
    weights.loadInto(model);
  }

  /** Continues a saved run; to be called before {@link #train}. */
  public void resume(SavedRun saved) {
    trainer.resume(saved);
  }

  /** Checkpoints go there from now on. */
  public void checkpointTo(CheckpointWriter writer) {
    trainer.checkpointTo(writer);
  }

  /** Lets {@link #train} return after its current step; from any thread. */
  public void requestStop() {
    trainer.requestStop();
  }

  /**
   * Trains to the end, or until a stop is requested.
   *
   * @param curves where every step is recorded
   * @param earlier what the file holds of this run already
   * @param listener told of every step after it was recorded
   */
  public Outcome train(CurveFile curves, List<CurveRow> earlier, TrainingListener listener) {
    RunRecording recording =
        new RunRecording(config.task(), config.gate(), config.seed(), curves, earlier);
    if (!config.provider().annealed()) {
      recording.leaveOutTemperature();
    }
    try {
      trainer.run(recording, totals, listener);
    } catch (TrainingDivergedException e) {
      throw new IllegalStateException("gate " + config.gate() + ": " + e.getMessage(), e);
    }
    return new Outcome(result(recording), recording.run());
  }

  private RunResult result(RunRecording recording) {
    Progress progress = trainer.progress();
    StepReport last = totals.last;
    if (last == null) {
      throw new IllegalStateException("the run has no step left to take");
    }
    boolean routed = !last.routing().isEmpty();
    return new RunResult(
        config.task(),
        config.gate(),
        config.seed(),
        progress.step(),
        progress.tokens(),
        progress.trainFlops(),
        totals.validLoss,
        task.metric(model, config, trainer.state().moment().evaluating(), totals.validLoss),
        task.metricName(),
        totals.tokensPerSecond(),
        last.activeExperts(),
        routed ? last.dropRate() : Double.NaN,
        routed ? last.loadEntropy() : Double.NaN,
        recording.run().rows().get(recording.run().rows().size() - 1).wallSeconds());
  }

  /**
   * What a run gave.
   *
   * @param result for the table and result.json
   * @param recorded its curves
   */
  public record Outcome(RunResult result, ReportData.Run recorded) {}

  /** What the result needs of all steps. */
  private static final class Totals implements TrainingListener {
    private long firstTokens = -1;
    private double firstSeconds;
    private double seconds;
    private double validLoss = Double.NaN;
    private @Nullable StepReport last;

    @Override
    public void onStep(StepReport report) {
      if (firstTokens < 0) {
        firstTokens = report.tokens();
        firstSeconds = report.stepSeconds();
      }
      seconds += report.stepSeconds();
      report.validLoss().ifPresent(loss -> validLoss = loss);
      last = report;
    }

    /** Without the first step, which compiles kernels. */
    double tokensPerSecond() {
      if (last == null || seconds <= firstSeconds) {
        return Double.NaN;
      }
      return (last.tokens() - firstTokens) / (seconds - firstSeconds);
    }
  }
}
