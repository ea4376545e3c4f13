package io.evomoe.bench.run;

import io.evomoe.bench.report.CurveFile;
import io.evomoe.bench.report.CurveRow;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.RunRecording;
import io.evomoe.bench.report.RunResult;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
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
  private @Nullable CurveFile recorded;

  /** A run before its first step. */
  public Run(Task<B, M> task, RunConfig config) {
    this.task = task;
    this.config = config;
    this.model = task.model(config);
    this.trainer =
        new Trainer<>(
            model, task.data(config), config.kernels(), config.trainingConfig(), config.schedule());
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

  /** Checkpoints go there from now on, each after the curve up to it is on the disk. */
  public void checkpointTo(CheckpointWriter writer) {
    trainer.checkpointTo(
        state -> {
          if (recorded != null) {
            recorded.force();
          }
          return writer.write(state);
        });
  }

  /** Writes a checkpoint before the first step. */
  public void save() {
    trainer.save();
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
    recorded = curves;
    try {
      trainer.run(recording, totals, listener);
    } catch (TrainingDivergedException e) {
      throw new IllegalStateException("gate " + config.gate() + ": " + e.getMessage(), e);
    }
    return Results.of(
        task, model, config, trainer.state(), totals.tokensPerSecond(), recording.run());
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
    private @Nullable StepReport last;

    @Override
    public void onStep(StepReport report) {
      if (firstTokens < 0) {
        firstTokens = report.tokens();
        firstSeconds = report.stepSeconds();
      }
      seconds += report.stepSeconds();
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
