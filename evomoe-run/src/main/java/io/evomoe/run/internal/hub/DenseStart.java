package io.evomoe.run.internal.hub;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Growth;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

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
    boolean fromStart = run.config().provider().growth() == Growth.FROM_START;
    if (fromStart || run.checkpoint().progress().spawned()) {
      throw new IllegalArgumentException(
          "%s must be of a network without experts, has those of gate %s"
              .formatted(folder, run.config().gate()));
    }
    return new DenseStart(run, run.checkpoint().dense());
  }

  /**
   * Returns the defaults of a run that starts here: the dense run's task, model and compute
   * settings. Experts are spawned before the first step, because the dense run was the phase of one
   * expert. The learning rate is that of an import, which suits trained weights.
   *
   * @param usual the preset of this run's task
   * @param itsData whether it continues with the dense run's data, which keeps its split
   */
  @Override
  public RunConfig defaults(RunConfig usual, boolean itsData) {
    RunConfig dense = run.config();
    int positions = dense.embedding(run.vocabulary()).positions();
    return dense.with(
        c ->
            c.gate(usual.gate())
                .seed(usual.seed())
                .training(training(usual, dense))
                .evolution(EvolutionConfig.defaults().with(e -> e.diversifySteps(0)))
                .architecture(dense.architecture().with(a -> a.positions(positions)))
                .guards(usual.guards())
                .split(itsData ? dense.split() : usual.split())
                .data(itsData ? dense.data() : usual.data()));
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
    if (spawnAsked && config.provider().growth() != Growth.SPAWNED) {
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
