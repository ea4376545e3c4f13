package io.evomoe.run.internal.hub;

import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Growth;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A run that starts from the weights of another one, which has no experts: it goes on dense, spawns
 * its experts from them, or starts with copies of them as experts (sparse upcycling, Komatsuzaki et
 * al., arXiv 2212.05055).
 *
 * @param run the dense one
 * @param weights its parameters
 */
public record DenseStart(RunCheckpoint run, DenseWeights weights) implements AutoCloseable {

  /**
   * Opens the folder of a run.
   *
   * @throws IllegalArgumentException if it has experts already
   */
  public static DenseStart open(Path folder) {
    RunCheckpoint run = RunCheckpoint.open(folder);
    boolean fromStart = run.config().provider().growth() == Growth.FROM_START;
    if (fromStart || run.checkpoint().progress().spawned()) {
      run.close();
      throw new IllegalArgumentException(
          "%s must be of a network without experts, has those of gate %s"
              .formatted(folder, run.config().gate()));
    }
    return new DenseStart(run, run.checkpoint().dense());
  }

  /**
   * The defaults of a run that starts here: the dense run's task, model and compute settings, with
   * experts spawned before the first step, since the dense run was the phase of one expert; the
   * learning rate of an import, which is one for trained weights.
   *
   * @param usual the preset of this run's task
   * @param itsData whether it goes on with the dense run's data, which is divided as it was then
   */
  public RunConfig defaults(RunConfig usual, boolean itsData) {
    RunConfig dense = run.config();
    int positions = dense.embedding(run.vocabulary()).positions();
    RunConfig config =
        dense.with(
            c ->
                c.gate(usual.gate())
                    .seed(usual.seed())
                    .training(training(usual, dense))
                    .evolution(usual.evolution())
                    .architecture(dense.architecture().withPositions(positions))
                    .guards(usual.guards())
                    .split(itsData ? dense.split() : usual.split())
                    .data(itsData ? dense.data() : usual.data()));
    return ConfigFile.set(config, "evolution.diversifySteps", "0");
  }

  private TrainingConfig training(RunConfig usual, RunConfig dense) {
    double rate = dense.training().learningRate();
    return Files.isDirectory(run.folder().originPath())
        ? usual.training().with(t -> t.learningRate(rate))
        : usual.training();
  }

  /** Refuses to start a run of another task. */
  public void requireTask(String wanted) {
    String task = run.config().task();
    if (!task.equals(wanted)) {
      throw new IllegalArgumentException(
          "%s is a run of task %s; this one is of task %s"
              .formatted(run.folder().path(), task, wanted));
    }
  }

  /** Refuses to divide the dense run's data anew: it has been trained on what would be held out. */
  public void requireItsSplit(RunConfig config) {
    if (!config.split().equals(run.config().split())) {
      throw new IllegalArgumentException(
          "the split must be that of %s, whose data is used, %s, was %s"
              .formatted(run.folder().path(), run.config().split(), config.split()));
    }
    if (!config.data().equals(run.config().data())) {
      throw new IllegalArgumentException(
          "the form of the data must be that of %s, whose data is used, %s, was %s"
              .formatted(run.folder().path(), run.config().data(), config.data()));
    }
  }

  /**
   * Refuses a run whose experts cannot start as the dense one's nets.
   *
   * @param spawnAsked whether the user said how experts are spawned
   */
  public void requireFit(RunConfig config, boolean spawnAsked) {
    if (config.provider().expertForm() != ExpertForm.PLAIN) {
      throw new IllegalArgumentException(
          "gate must have plain feed-forward experts to start from a dense model, was "
              + config.gate());
    }
    if (spawnAsked && config.provider().growth() != Growth.SPAWNED) {
      throw new IllegalArgumentException(
          "spawning needs a gate that spawns its experts, such as evomoe, was given with "
              + config.gate());
    }
  }

  @Override
  public void close() {
    run.close();
  }
}
