package io.evomoe.run.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Measured;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.StepReport;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingDivergedException;
import io.evomoe.training.TrainingListener;
import io.evomoe.training.checkpoint.Checkpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training run of a task, recorded.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public final class TaskRun<B, M extends Model<B>> implements AutoCloseable {
  private final TaskData<B, M> task;
  private final RunConfig config;
  private final M model;
  private final Trainer<B> trainer;
  private Measured measuredBefore = Measured.NOTHING;
  private @Nullable RunRecording recording;
  private boolean interrupted;
  private @Nullable Throwable thrown;

  /** A run before its first step. */
  public TaskRun(TaskData<B, M> task, RunConfig config) {
    this.task = task;
    this.config = config;
    this.model = task.model(config);
    this.trainer = new Trainer<>(model, task.batches(config), config.trainer(), config.schedule());
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
  public void resume(Checkpoint saved) {
    trainer.resume(saved);
    measuredBefore = Measured.of(saved.config());
  }

  /** Checkpoints go there from now on, each after the curve up to it is on the disk. */
  public void checkpointTo(CheckpointWriter writer) {
    trainer.checkpointTo(
        state -> {
          heedInterrupt();
          RunRecording watching = recording;
          if (watching == null) {
            return writer.write(state.with(measuredBefore.notes()));
          }
          watching.force();
          return writer.write(state.with(watching.measured().notes()));
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
   * Trains to the end, or until a stop is requested. An interrupt of the thread is such a request
   * ({@link #interrupted}), and so is a listener that throws: what was trained is saved before its
   * exception is thrown on.
   *
   * @param curves where every step is recorded
   * @param earlier what the file holds of this run already
   * @param listener told of every step after it was recorded
   */
  public Outcome train(CurveFile curves, List<CurveRow> earlier, TrainingListener listener) {
    RunRecording watching =
        new RunRecording(
            config.task(), config.gate(), config.seed(), curves, earlier, measuredBefore);
    if (!config.provider().annealed()) {
      watching.leaveOutTemperature();
    }
    recording = watching;
    try {
      trainer.run(report -> heedInterrupt(), watching, report -> tell(listener, report));
    } catch (TrainingDivergedException e) {
      throw new IllegalStateException("gate " + config.gate() + ": " + e.getMessage(), e);
    }
    heedInterrupt();
    throwOn();
    double speed = watching.measured().tokensPerSecond();
    return Results.of(task, model, config, trainer.state(), speed, watching.run());
  }

  private void tell(TrainingListener listener, StepReport report) {
    try {
      listener.onStep(report);
    } catch (RuntimeException | Error e) {
      thrown = e;
      trainer.requestStop();
    }
    heedInterrupt();
  }

  private void throwOn() {
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }

  /** Files that are written by an interrupted thread are closed under its hands. */
  private void heedInterrupt() {
    if (Thread.interrupted()) {
      interrupted = true;
      trainer.requestStop();
    }
  }

  /** Whether the thread was interrupted in {@link #train}, which has cleared its flag. */
  public boolean interrupted() {
    return interrupted;
  }

  /** Gives back the memory of the model and of what training needs beside it. */
  @Override
  public void close() {
    trainer.close();
    model.close();
  }

  /**
   * What a run gave.
   *
   * @param result for the table and result.json
   * @param recorded its curves
   */
  public record Outcome(RunResult result, RecordedRun recorded) {}
}
