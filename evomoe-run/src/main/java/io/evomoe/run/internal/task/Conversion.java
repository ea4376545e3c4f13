package io.evomoe.run.internal.task;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.GateProvider.ExpertForm;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.checkpoint.ExpertConversion;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Converts a saved run to another number of experts, or averages its checkpoints. A single plain
 * expert becomes the feed-forward network of a run without gates.
 *
 * @param run the saved run
 */
public record Conversion(RunCheckpoint run) {
  private static final String DENSE = "dense";

  /** Rejects a run that has no gate, or whose experts are not spawned yet. */
  public Conversion {
    requireExperts(run);
  }

  /** Rejects a run that has no gate, or whose experts are not spawned yet. */
  static void requireExperts(RunCheckpoint run) {
    ExpertLifecycle growth = run.config().provider().growth();
    if (growth == ExpertLifecycle.NEVER) {
      throw new IllegalArgumentException(
          "gate %s has no experts to convert".formatted(run.config().gate()));
    }
    if (growth == ExpertLifecycle.SPAWNED && !run.checkpoint().progress().spawned()) {
      throw new IllegalArgumentException(
          "the experts of %s are not spawned yet: start a run with another model.experts instead"
              .formatted(run.checkpoint().location()));
    }
  }

  /**
   * Writes a run folder for {@code train --resume} and the other commands. Its data is that of the
   * run's start, which is not read.
   *
   * @param groups origin of each new expert
   * @param spread how copies are made to differ from their origin
   * @param out a new folder, with the tokenizer already in it, if the run has one
   * @return the checkpoint
   */
  public Path write(ExpertGroups groups, SpawnMethod spread, Path out) {
    return write(groups.size(), layer -> groups, spread, out);
  }

  /**
   * Writes a run folder with the best experts of each MoE layer, by the score of REAP (Lasby et al.
   * 2025, arXiv 2510.13999, section 4): the mean over an expert's tokens of its weight times the
   * Euclidean norm of its output. Experts keep their order.
   *
   * @param keep experts of each layer, from 1 to those that there are
   * @param request text that experts are scored on
   * @param out a new folder, with the tokenizer already in it, if the run has one
   */
  public void keep(int keep, EvalRequest request, Path out) {
    int there = run.config().model().experts();
    if (keep < 1 || keep > there) {
      throw new IllegalArgumentException(
          "experts to keep must be in 1..%d, were %d".formatted(there, keep));
    }
    Map<String, ExpertScores> layers = new HashMap<>();
    try (TrainedModel<?> scored = run.trained()) {
      for (EvolvingFeedForward place : scored.model().evolving().places()) {
        ExpertScores scores = new ExpertScores(scored.model().kernels(), there);
        layers.put(place.name(), scores);
        place.observe(scores);
      }
      measure(run.task(), scored, request);
    }
    Function<String, ExpertGroups> best =
        layer -> ExpertGroups.select(Objects.requireNonNull(layers.get(layer)).best(keep));
    write(keep, best, SpawnMethod.copy(), out);
  }

  private <B, M extends Model<B>> void measure(
      Task<B, M> task, TrainedModel<?> scored, EvalRequest request) {
    task.evaluate(
        task.typed(scored, run.config().model().architecture()), run, request, line -> {});
  }

  private Path write(
      int experts, Function<String, ExpertGroups> groups, SpawnMethod spread, Path out) {
    RunConfig config = Tasks.checked(config(experts));
    Model<?> old = grown(run);
    Optimizer oldMoments = optimizer(run.config());
    load(run, old, oldMoments);
    Model<?> converted = convertedModel(config);
    Optimizer moments = optimizer(config);
    ExpertConversion conversion = new ExpertConversion(old, groups);
    conversion.fill(converted, grown(run));
    conversion.fill(converted, oldMoments, moments);
    long seed = config.seed();
    conversion.spread(converted, spread.change(seed), seed);
    return write(run, config, out, state(config, converted, moments));
  }

  /**
   * Writes a run whose weights are the mean of a run's last checkpoints. The state of gates, the
   * optimizer's moments and everything else are those of the last one.
   *
   * @param opened run whose last checkpoints are meant, unless it was opened at one
   * @param count number of checkpoints, at least 2
   * @param out a new folder, with the tokenizer already in it, if the run has one
   * @return the steps of the averaged checkpoints, newest first
   * @throws IllegalArgumentException if the folder has fewer checkpoints with the same experts
   */
  public static List<Long> average(RunCheckpoint opened, int count, Path out) {
    FieldBound.atLeast("average", count, 2);
    RunCheckpoint run = opened.at(false);
    Checkpoint last = run.checkpoint();
    List<Checkpoint> others =
        CheckpointFolder.before(last.location()).stream()
            .limit(count - 1L)
            .map(Checkpoint::open)
            .filter(other -> other.progress().spawned() == last.progress().spawned())
            .toList();
    if (others.size() < count - 1) {
      throw new IllegalArgumentException(
          "average must be at most %d, the checkpoints with the same experts up to %s, was %d"
              .formatted(others.size() + 1, last.location(), count));
    }
    RunConfig config = run.config().trainingAll();
    try (Model<?> mean = grown(run);
        Model<?> other = grown(run);
        Optimizer moments = optimizer(config)) {
      load(run, mean, moments);
      for (Checkpoint earlier : others) {
        earlier.loadModel(other);
        for (int i = 0; i < mean.parameters().size(); i++) {
          mean.parameters().get(i).value().addi(other.parameters().get(i).value());
        }
      }
      mean.parameters().forEach(parameter -> parameter.value().divi(count));
      write(run, config, out, new TrainingState(last.progress(), last.context(), mean, moments));
    }
    return Stream.concat(Stream.of(last), others.stream())
        .map(checkpoint -> checkpoint.progress().step())
        .toList();
  }

  /** The moments of a run that trains a part of its weights are left out: they are of that part. */
  private static void load(RunCheckpoint run, Model<?> model, Optimizer moments) {
    if (run.config().trainsPart()) {
      run.checkpoint().loadModel(model);
    } else {
      run.checkpoint().loadInto(model, moments);
    }
  }

  static Path write(RunCheckpoint run, RunConfig config, Path out, TrainingState state) {
    RunFolder folder = new RunFolder(out);
    folder.write(config);
    Checkpoint saved = run.checkpoint();
    return folder
        .checkpointWriter(
            RunFolder.dataEntries(saved), config, Lineage.of(saved.config()).entries())
        .write(state);
  }

  /** Whether the new experts are one network that needs no gate. */
  public boolean isDense(int experts) {
    return experts == 1 && run.config().provider().expertForm() == ExpertForm.PLAIN;
  }

  /** The number of experts in the configuration of a dense run stays as it was. */
  private RunConfig config(int experts) {
    RunConfig before = run.config().trainingAll();
    return isDense(experts)
        ? before.with(c -> c.gate(DENSE))
        : ConfigFile.set(before, "model.experts", Integer.toString(experts));
  }

  private TrainingState state(RunConfig config, Model<?> converted, Optimizer moments) {
    Checkpoint saved = run.checkpoint();
    Progress then = saved.progress();
    if (converted.growth() != ExpertLifecycle.NEVER) {
      return new TrainingState(then, saved.context(), converted, moments);
    }
    Progress dense =
        new Progress(then.step(), then.tokens(), then.trainFlops(), false, then.skipped());
    long earlier = saved.context().step() - then.step();
    StepContext next =
        config.schedule().after(earlier).context(then.step(), false, saved.context().seed());
    return new TrainingState(dense, next, converted, moments);
  }

  /** Returns a model of the new configuration, with its number of experts. */
  private Model<?> convertedModel(RunConfig config) {
    RunCheckpoint target = run.withConfig(config);
    return config.provider().growth() == ExpertLifecycle.NEVER ? target.fresh() : grown(target);
  }

  static Model<?> grown(RunCheckpoint of) {
    Model<?> model = of.fresh();
    of.grow(model);
    return model;
  }

  static Optimizer optimizer(RunConfig config) {
    return config.trainer().optimizer(config.kernels());
  }
}
