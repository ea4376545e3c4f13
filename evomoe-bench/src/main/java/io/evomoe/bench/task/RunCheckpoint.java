package io.evomoe.bench.task;

import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.RunFolder;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.training.Model;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;

/**
 * A run at one of its checkpoints.
 *
 * @param config of the run
 * @param tokenizer of the run; closed with this
 * @param checkpoint verified
 */
public record RunCheckpoint(RunConfig config, BpeTokenizer tokenizer, Checkpoint checkpoint)
    implements AutoCloseable {

  /**
   * Opens a run of any task.
   *
   * @param path folder of the run, for its newest checkpoint, or one checkpoint in it
   */
  public static RunCheckpoint open(Path path) {
    RunFolder run = RunFolder.open(path);
    RunConfig config = Tasks.checked(run.config());
    Checkpoint checkpoint = run.checkpoint(path);
    return new RunCheckpoint(config, run.tokenizer(), checkpoint);
  }

  /**
   * Opens the folder of a run of one task.
   *
   * @param task the run must be of
   * @param command that asks, for the message
   * @throws IllegalArgumentException if it is a run of another task
   */
  public static RunCheckpoint open(Path folder, String task, String command) {
    RunConfig config = RunFolder.open(folder).config();
    if (!config.task().equals(task)) {
      throw new IllegalArgumentException(
          "%s is a run of task %s; %s needs task %s"
              .formatted(folder, config.task(), command, task));
    }
    return open(folder);
  }

  /**
   * Loads the checkpoint into a model.
   *
   * @param fresh a model of this run's configuration before its first step
   */
  public <M extends Model<?>> TrainedModel<M> load(M fresh) {
    grow(fresh);
    checkpoint.loadModel(fresh);
    return new TrainedModel<>(fresh, checkpoint.moment().evaluating());
  }

  /**
   * Gives a model the experts that the run has by now.
   *
   * @param fresh a model of this run's configuration before its first step
   */
  public void grow(Model<?> fresh) {
    if (checkpoint.progress().spawned()) {
      fresh.spawn(config.evolution().config(config.training().steps()).spawn(), config.seed());
    }
  }

  /** What is known of the run's training: its steps, not how often its data had each token. */
  TrainingFacts facts() {
    return TrainingFacts.ofSteps(config.training().steps());
  }

  /** Gate and step, to begin a line with. */
  String name() {
    return "%s after step %d".formatted(config.gate(), checkpoint.progress().step());
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
