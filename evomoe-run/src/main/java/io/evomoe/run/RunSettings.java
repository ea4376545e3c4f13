package io.evomoe.run;

import io.evomoe.evolution.EvolutionConfigBuilder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.run.config.ArchitectureConfigBuilder;
import io.evomoe.run.config.ComputeConfigBuilder;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfigBuilder;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.GuardsBuilder;
import io.evomoe.training.RemoteSteps;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfigBuilder;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.OptimizerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a new run.
 *
 * @param <S> the builder that has them
 */
abstract class RunSettings<S> {
  /** The model determines the task; gate and seed have their own methods. */
  private static final Set<String> NAMED = Set.of("task", "gate", "seed");

  /** Note in the checkpoints of a run whose schedule is an object of a program. */
  static final String OWN_SCHEDULE = "ownSchedule";

  /** Null for the default. */
  @Nullable String gate;

  /** Null for the default. */
  @Nullable Long seed;

  /** Changes of a program to the trainer. */
  UnaryOperator<TrainerConfig> trainer = UnaryOperator.identity();

  /** Notes of a program in every checkpoint. */
  final Map<String, String> notes = new HashMap<>();

  /** Whether the method of the spawn was set, which not every start has. */
  boolean spawnAsked;

  private final List<UnaryOperator<RunConfig>> changes = new ArrayList<>();

  abstract S self();

  /** Changes the model's size. */
  public S model(Consumer<ModelConfigBuilder> size) {
    return change(c -> c.with(b -> b.model(c.model().with(size))));
  }

  /** Changes the training settings. */
  public S training(Consumer<TrainingConfigBuilder> training) {
    return change(c -> c.with(b -> b.training(c.training().with(training))));
  }

  /** Changes EvoMoE's phases. */
  public S evolution(Consumer<EvolutionConfigBuilder> evolution) {
    return change(c -> c.with(b -> b.evolution(c.evolution().with(evolution))));
  }

  /** Changes precision and recomputation. */
  public S compute(Consumer<ComputeConfigBuilder> compute) {
    return change(c -> c.with(b -> b.compute(c.compute().with(compute))));
  }

  /** Sets architecture details to match published checkpoints. */
  public S architecture(Consumer<ArchitectureConfigBuilder> architecture) {
    return change(c -> c.with(b -> b.architecture(c.architecture().with(architecture))));
  }

  /** Changes the safety settings. */
  public S guards(Consumer<GuardsBuilder> guards) {
    return change(c -> c.with(b -> b.guards(c.guards().with(guards))));
  }

  /** Sets the rule that divides data into a training and a validation set. */
  public S split(HeldOut rule) {
    return change(c -> c.with(b -> b.split(rule)));
  }

  /** Sets one field by its name in configuration files, such as {@code model.experts}. */
  public S set(String field, String value) {
    if (NAMED.contains(field)) {
      throw new IllegalArgumentException(
          "%s must be given by a method of its own, was given by set: %s".formatted(field, value));
    }
    spawnAsked |= field.equals("evolution.spawn");
    return change(c -> ConfigFile.set(c, field, value));
  }

  /** Selects the gate, with the preset's options for it. */
  public S gate(String name) {
    return gate(name, Map.of());
  }

  /**
   * Selects the gate and its options.
   *
   * @param name of an installed gate
   * @param options values by name, as text; others use the preset's value, or the gate's default
   */
  public S gate(String name, Map<String, String> options) {
    gate = name;
    return options.isEmpty()
        ? self()
        : change(
            c -> {
              Map<String, Map<String, String>> all = new HashMap<>(c.gateOptions());
              Map<String, String> its = new HashMap<>(all.getOrDefault(name, Map.of()));
              its.putAll(options);
              all.put(name, its);
              return c.with(b -> b.gateOptions(all));
            });
  }

  /** Selects an installed optimizer by name, with its default options. */
  public S optimizer(String name) {
    return optimizer(name, Map.of());
  }

  /** Selects an installed optimizer and its options; others have their defaults. */
  public S optimizer(String name, Map<String, String> options) {
    return training(t -> t.optimizer(name).optimizerOptions(options));
  }

  /**
   * Trains with an optimizer that the function creates. The program must give it again to resume
   * ({@link RunOpening#optimizer}).
   *
   * @param factory gets the kernels and the settings of the run
   */
  public S optimizer(Function<OptimizerSpec, Optimizer> factory) {
    return trainer(settings -> settings.withOptimizer(factory));
  }

  /** Selects an installed learning rate schedule by name, with its default options. */
  public S schedule(String name) {
    return schedule(name, Map.of());
  }

  /** Selects an installed learning rate schedule and its options; others have their defaults. */
  public S schedule(String name, Map<String, String> options) {
    return training(t -> t.schedule(name).scheduleOptions(options));
  }

  /**
   * Trains at this learning rate. The program must give it again to resume ({@link
   * RunOpening#schedule}).
   */
  public S schedule(LearningRateSchedule rate) {
    trainer(settings -> settings.withSchedule(rate));
    return note(OWN_SCHEDULE, rate.getClass().getName());
  }

  /** Takes the steps elsewhere, such as with the workers of a cluster. */
  public S remote(RemoteSteps steps) {
    return trainer(settings -> settings.withRemote(steps));
  }

  /**
   * Adds a note to every checkpoint, such as the version of a program; {@code Checkpoint.config()}
   * returns it. A resumed run has only the notes that are {@linkplain RunOpening#note given} again.
   *
   * @param name of the note, not that of a configuration field
   */
  public S note(String name, String text) {
    notes.put(name, text);
    return self();
  }

  /** Sets the seed of all random numbers. */
  public S seed(long value) {
    seed = value;
    return self();
  }

  /** Changes any settings, as a whole. */
  public S change(UnaryOperator<RunConfig> change) {
    changes.add(change);
    return self();
  }

  private S trainer(UnaryOperator<TrainerConfig> change) {
    UnaryOperator<TrainerConfig> before = trainer;
    trainer = settings -> change.apply(before.apply(settings));
    return self();
  }

  /** Returns a configuration with all changes. */
  final RunConfig changed(RunConfig config) {
    RunConfig changed = config;
    for (UnaryOperator<RunConfig> change : changes) {
      changed = change.apply(changed);
    }
    return changed;
  }
}
