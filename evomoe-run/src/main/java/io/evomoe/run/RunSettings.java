package io.evomoe.run;

import io.evomoe.evolution.EvolutionConfigBuilder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.run.config.ArchitectureConfigBuilder;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfigBuilder;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.RunConfigComputeBuilder;
import io.evomoe.training.SafetyConfigBuilder;
import io.evomoe.training.TrainingConfigBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The settings of a new run.
 *
 * @param <S> the builder that has them
 */
abstract class RunSettings<S> extends ProgramParts<S> {
  /** The model determines the task; gate and seed have their own methods. */
  private static final Set<String> NAMED = Set.of("task", "gate", "seed");

  String gate = "evomoe";
  long seed = 1;

  /** Whether the method of the spawn was set, which not every start has. */
  boolean spawnAsked;

  private final List<UnaryOperator<RunConfig>> changes = new ArrayList<>();

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
  public S compute(Consumer<RunConfigComputeBuilder> compute) {
    return change(c -> c.with(b -> b.compute(c.compute().with(compute))));
  }

  /** Sets architecture details to match published checkpoints. */
  public S architecture(Consumer<ArchitectureConfigBuilder> architecture) {
    return change(c -> c.with(b -> b.architecture(c.architecture().with(architecture))));
  }

  /** Changes the safety settings. */
  public S guards(Consumer<SafetyConfigBuilder> guards) {
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

  /** Selects an installed learning rate schedule by name, with its default options. */
  public S schedule(String name) {
    return schedule(name, Map.of());
  }

  /** Selects an installed learning rate schedule and its options; others have their defaults. */
  public S schedule(String name, Map<String, String> options) {
    return training(t -> t.schedule(name).scheduleOptions(options));
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

  /** Returns a configuration with all changes. */
  final RunConfig changed(RunConfig config) {
    RunConfig changed = config;
    for (UnaryOperator<RunConfig> change : changes) {
      changed = change.apply(changed);
    }
    return changed;
  }
}
