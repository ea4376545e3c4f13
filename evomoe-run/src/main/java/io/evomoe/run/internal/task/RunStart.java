package io.evomoe.run.internal.task;

import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.config.Preset.GateDefaults;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A saved run that a new one starts from. */
public interface RunStart {

  /** Returns the saved run. */
  RunCheckpoint run();

  /** Whether the saved run has experts already. */
  default boolean hasExperts() {
    return run().config().provider().growth() == ExpertLifecycle.FROM_START
        || run().checkpoint().progress().spawned();
  }

  /**
   * Returns the defaults of a run that starts here, with the split and form of the saved run's
   * data.
   *
   * @param usual the preset of this run's task, with its gate and seed
   */
  RunConfig defaults(RunConfig usual);

  /**
   * Rejects a run that cannot start here.
   *
   * @param spawnAsked whether the user specified how experts are spawned
   */
  void requireFit(RunConfig config, boolean spawnAsked);

  /**
   * Prepares a run for its first step.
   *
   * @param data of the new run
   * @param trainer that of the configuration, perhaps with an optimizer or schedule of a program
   * @param content digest of that data
   * @param told receives lines on the start
   */
  TaskTraining<?, ?> begin(
      TaskData<?, ?> data,
      RunConfig config,
      TrainerConfig trainer,
      String content,
      Consumer<String> told);

  /** Rejects a run of another task. */
  default void requireTask(String wanted) {
    String task = run().config().task();
    if (!task.equals(wanted)) {
      throw new IllegalArgumentException(
          "%s is a run of task %s; this one is of task %s"
              .formatted(run().folder().path(), task, wanted));
    }
  }

  /** Rejects another split or form of the saved run's data. */
  default void requireItsData(RunConfig config) {
    config.requireDataOf(run().config(), run().folder().path() + ", whose data is used");
  }

  /**
   * A run that starts from the weights of another one without experts. It stays dense, spawns its
   * experts from them, or starts with copies of them as experts (sparse upcycling, Komatsuzaki et
   * al., arXiv 2212.05055).
   *
   * @param run the dense one
   * @param weights its parameters
   */
  public record DenseStart(RunCheckpoint run, DenseWeights weights) implements RunStart {

    /**
     * Opens the folder of a run.
     *
     * @throws IllegalArgumentException if it has experts already
     */
    public static DenseStart open(Path folder) {
      RunCheckpoint run = RunCheckpoint.open(folder);
      if (run.config().lora().active()) {
        throw new IllegalArgumentException(
            folder
                + " was trained with adapters: start from the run that it started from, or train all its weights first (train --from)");
      }
      DenseStart start = new DenseStart(run, run.checkpoint().dense());
      if (start.hasExperts()) {
        throw new IllegalArgumentException(
            "%s must be of a network without experts, has those of gate %s"
                .formatted(folder, run.config().gate()));
      }
      return start;
    }

    /**
     * Returns the defaults of a run that starts here: the dense run's task, model and compute
     * settings. Experts are spawned before the first step, because the dense run was the phase of
     * one expert. The learning rate is that of an import, which suits trained weights.
     *
     * @param usual the preset of this run's task
     */
    @Override
    public RunConfig defaults(RunConfig usual) {
      RunConfig dense = run.config();
      int positions = dense.languageModel(run.vocabulary()).positions();
      return dense.with(
          c ->
              c.gate(usual.gate())
                  .seed(usual.seed())
                  .training(training(usual, dense))
                  .evolution(
                      GateDefaults.of(usual.gate()).evolution().with(e -> e.diversifySteps(0)))
                  .architecture(dense.architecture().with(a -> a.positions(positions)))
                  .guards(usual.guards()));
    }

    private TrainingConfig training(RunConfig usual, RunConfig dense) {
      double rate = dense.training().learningRate();
      return Files.isDirectory(run.folder().originPath())
          ? usual.training().with(t -> t.learningRate(rate))
          : usual.training();
    }

    /**
     * Rejects a run whose experts cannot start as the dense run's networks.
     *
     * @param spawnAsked whether the user specified how experts are spawned
     */
    @Override
    public void requireFit(RunConfig config, boolean spawnAsked) {
      if (config.provider().expertForm() != ExpertForm.PLAIN) {
        throw new IllegalArgumentException(
            "gate must have plain feed-forward experts to start from a dense model, was "
                + config.gate());
      }
      if (spawnAsked && config.provider().growth() != ExpertLifecycle.SPAWNED) {
        throw new IllegalArgumentException(
            "spawning needs a gate that spawns its experts, such as evomoe, was given with "
                + config.gate());
      }
    }

    @Override
    public TaskTraining<?, ?> begin(
        TaskData<?, ?> data,
        RunConfig config,
        TrainerConfig trainer,
        String content,
        Consumer<String> told) {
      return TaskTraining.of(data, config, trainer, weights);
    }
  }
}
