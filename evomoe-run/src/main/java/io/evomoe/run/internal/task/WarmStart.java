package io.evomoe.run.internal.task;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.Lineage.Ancestor;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointStart;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A run, finished or not, from which a new run takes its weights, experts, tokenizer and settings,
 * in a folder of its own. The phases continue from that run; the steps restart.
 *
 * @param run the earlier one
 * @param moments whether the optimizer's moments are taken over
 * @param decaySteps steps in which the new run's learning rate decays; 0 for its own schedule
 */
public record WarmStart(RunCheckpoint run, boolean moments, long decaySteps) implements RunStart {

  /** Opens the folder of a run, or one checkpoint in it, for its weights. */
  public static WarmStart open(Path folder) {
    return new WarmStart(RunCheckpoint.open(folder), false, 0);
  }

  /**
   * Returns the start with the run's moments.
   *
   * @throws IllegalArgumentException if it has no usable moments
   */
  public WarmStart withMoments() {
    Path folder = run.folder().path();
    if (run.config().lora().active()) {
      throw new IllegalArgumentException(
          folder + " was trained with adapters: it has no moments of its weights");
    }
    if (RunFiles.hasRounds(folder)) {
      throw new IllegalArgumentException(
          folder
              + " was trained in rounds on a cluster: its weights can be taken, its moments not");
    }
    return new WarmStart(run, true, decaySteps);
  }

  /**
   * Returns the start, with the run's moments, of a run that is the decay of schedule {@code wsd}.
   *
   * @param steps steps of the new run, at least 1
   * @throws IllegalArgumentException if the learning rate of the run has decayed already
   */
  public WarmStart decaying(long steps) {
    FieldBound.atLeast("decay steps", steps, 1);
    TrainingConfig before = run.config().training();
    long step = run.checkpoint().progress().step();
    double rate = run.config().trainer().schedule().at(step, before.steps());
    if (rate != before.learningRate()) {
      throw new IllegalArgumentException(
          "a decay must start from a run at its highest learning rate, %s, %s after step %d was at %s"
              .formatted(before.learningRate(), run.folder().path(), step, rate));
    }
    return new WarmStart(run, withMoments().moments(), steps);
  }

  /** Returns all settings of the earlier run, with the rest of its phases. */
  @Override
  public RunConfig defaults(RunConfig usual) {
    RunConfig before = run.config().trainingAll();
    TrainingConfig training = before.training();
    RunConfig config =
        before.with(
            c ->
                c.training(decaySteps == 0 ? training : training.decayOnly(decaySteps))
                    .gate(usual.gate())
                    .seed(usual.seed())
                    .evolution(phasesLeft(usual.gate())));
    if (before.model().architecture() != Architecture.GPT) {
      return config;
    }
    int positions = before.languageModel(run.vocabulary()).positions();
    return config.with(
        c -> c.architecture(before.architecture().with(a -> a.positions(positions))));
  }

  /** Returns the remaining phases; for another kind of gate, all phases. */
  private EvolutionConfig phasesLeft(String gate) {
    EvolutionConfig phases = run.config().evolution();
    EvolutionSchedule schedule = run.config().schedule();
    long step = run.checkpoint().progress().step();
    long annealing = schedule.temperatureSteps();
    if (!hasExperts()) {
      return phases.with(
          e ->
              e.diversifySteps(Math.max(0, schedule.diversifySteps() - step))
                  .temperatureSteps(annealing)
                  .hardFrom(schedule.hardFrom()));
    }
    GateProvider next = GateProvider.named(gate);
    boolean anneals = next.annealed() && run.config().provider().annealed();
    if (!anneals) {
      return phases.with(e -> e.diversifySteps(0));
    }
    long age = step - schedule.spawnStep().orElse(0);
    double now = schedule.temperature(step);
    EvolutionConfig left =
        phases.with(
            e ->
                e.diversifySteps(0)
                    .maxTemperature(now)
                    .minTemperature(Math.min(now, phases.minTemperature()))
                    .temperatureSteps(Math.max(1, annealing - age)));
    OptionalLong hardFrom = schedule.hardFrom();
    return hardFrom.isEmpty()
        ? left
        : left.with(e -> e.hardFrom(Math.max(0, hardFrom.getAsLong() - age)));
  }

  @Override
  public void requireFit(RunConfig config, boolean spawnAsked) {
    Path folder = run.folder().path();
    config.requireWeightsOf(run.config(), folder);
    if (!config.gate().equals(run.config().gate())) {
      requireGateFits(config);
    }
    if (!hasExperts()
        && config.trainsPart()
        && config.provider().growth() == ExpertLifecycle.SPAWNED) {
      throw new IllegalArgumentException(
          "training.trainOnly, training.freeze, training.trainExperts and lora.rank need a model that has its experts, %s has yet to spawn them: train it on first"
              .formatted(folder));
    }
    if (hasExperts()) {
      OptionalLong one = config.evolution().diversifySteps();
      if (config.provider().growth() == ExpertLifecycle.SPAWNED && one.orElse(1) != 0) {
        throw new IllegalArgumentException(
            "evolution.diversifySteps must be 0 if a run starts with the experts of %s, was %s"
                .formatted(folder, one.isEmpty() ? "empty" : one.getAsLong()));
      }
      if (spawnAsked) {
        throw new IllegalArgumentException(
            "spawning cannot be asked for if a run starts with the experts of " + folder);
      }
      if ("annealed".equalsIgnoreCase(config.options().get("prior"))) {
        throw new IllegalArgumentException(
            "option prior must be none, fixed or learned if a run starts with the experts of %s, whose annealing it cannot continue, was annealed"
                .formatted(folder));
      }
    }
  }

  private void requireGateFits(RunConfig config) {
    Path folder = run.folder().path();
    GateProvider its = run.config().provider();
    GateProvider other = config.provider();
    if (!hasExperts()) {
      throw new IllegalArgumentException(
          "gate must be that of %s, %s, which has no experts yet, was %s; train --init makes experts of its nets"
              .formatted(folder, its.name(), other.name()));
    }
    if (other.growth() == ExpertLifecycle.NEVER) {
      throw new IllegalArgumentException(
          "gate must be one with experts, as %s has them, was %s; convert --merge all makes one net of them"
              .formatted(folder, other.name()));
    }
    if (other.expertForm() != its.expertForm() || other.placement() != its.placement()) {
      throw new IllegalArgumentException(
          "gate must be one whose experts stand where those of %s do (gate %s), was %s"
              .formatted(folder, its.name(), other.name()));
    }
  }

  @Override
  public TaskTraining<?, ?> begin(
      TaskData<?, ?> data,
      RunConfig config,
      TrainerConfig trainer,
      String content,
      Consumer<String> told) {
    Checkpoint from = run.checkpoint();
    boolean sameData = RunFolder.isSameData(from, content);
    if (sameData) {
      requireItsData(config);
    }
    boolean sameGate =
        config.gate().equals(run.config().gate())
            && config.options().equals(run.config().options());
    long earlier = sameGate ? from.context().step() : 0;
    long batches = sameData ? batchesSeen(config) : 0;
    StepContext first = config.schedule().after(earlier).context(0, false, config.seed());
    boolean spawned = hasExperts() && config.provider().growth() == ExpertLifecycle.SPAWNED;
    CheckpointStart start = new CheckpointStart(from, sameGate, moments, spawned, first);
    TaskTraining<?, ?> training =
        TaskTraining.from(
            data, config, trainer, start, earlier, batches, () -> lineage(start, batches));
    say(config, start, batches, told);
    return training;
  }

  /**
   * Returns the batches seen, in batches of the new run, of which whole steps are skipped. Another
   * sequence length gives other sequences, and another seed another order. So does another batch
   * size of pairs, which are grouped by length.
   */
  private long batchesSeen(RunConfig config) {
    RunConfig before = run.config();
    boolean recut =
        config.task().equals(Tasks.TRANSLATION)
            && config.training().batch() != before.training().batch();
    if (config.model().sequence() != before.model().sequence()
        || config.seed() != before.seed()
        || recut) {
      return 0;
    }
    long batches =
        Lineage.of(run.checkpoint().config()).batches()
            + run.checkpoint().progress().step() * before.training().microBatches();
    long sequences = batches * before.training().batch();
    int together = config.training().microBatches();
    long step = (long) config.training().batch() * together;
    return (sequences + step - 1) / step * together;
  }

  private Lineage lineage(CheckpointStart start, long batches) {
    Checkpoint from = run.checkpoint();
    Progress progress = from.progress();
    Ancestor nearest =
        new Ancestor(
            run.folder().path().toAbsolutePath().normalize().toString(),
            run.config().gate(),
            run.config().seed(),
            progress.step(),
            progress.tokens(),
            progress.trainFlops(),
            from.modelSha256(),
            moments,
            start.made().stream().sorted().toList());
    return Lineage.of(from.config()).after(nearest, batches);
  }

  private void say(RunConfig config, CheckpointStart start, long batches, Consumer<String> told) {
    Path folder = run.folder().path();
    told.accept(
        "Starts from %s after step %d: %s"
            .formatted(
                folder,
                run.checkpoint().progress().step(),
                moments ? "its weights and moments" : "its weights; moments begin at zero"));
    if (!start.made().isEmpty() || !start.taken().isEmpty() || !start.left().isEmpty()) {
      told.accept(
          "Gate %s begins with %s of gate %s%s%s"
              .formatted(
                  config.gate(),
                  names(start.taken()),
                  run.config().gate(),
                  start.made().isEmpty() ? "" : ", and as new with " + names(start.made()),
                  start.left().isEmpty() ? "" : "; it leaves out " + names(start.left())));
    }
    if (config.provider().annealed() && hasExperts()) {
      told.accept("Experts are not spawned again; " + phases(config));
    }
    if (batches > 0) {
      told.accept(
          "The data continues after the %d batches that were trained on".formatted(batches));
    }
  }

  private static String phases(RunConfig config) {
    EvolutionSchedule schedule = config.schedule();
    OptionalLong hardFrom = schedule.hardFrom();
    double first = schedule.temperature(0);
    double last = schedule.temperature(config.training().steps());
    String temperature =
        first == last
            ? String.format(Locale.ROOT, "temperature %.2f", first)
            : String.format(Locale.ROOT, "temperature %.2f -> %.2f", first, last);
    if (hardFrom.isEmpty()) {
      return temperature;
    }
    String hard =
        "hard from step %d on, %d a token"
            .formatted(hardFrom.getAsLong() + 1, config.evolution().finalTopK());
    return hardFrom.getAsLong() == 0 ? hard : temperature + ", " + hard;
  }

  private static String names(Set<String> names) {
    return names.isEmpty() ? "nothing" : names.stream().sorted().collect(Collectors.joining(", "));
  }
}
