package io.evomoe.run.task;

import io.evomoe.internal.names.Suggestion;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The available tasks: those of this library and a program's own, which {@link ServiceLoader} finds
 * or {@link #add} names.
 */
public final class Tasks {
  /** Causal language modelling. */
  public static final String GPT = "gpt";

  /** Masked language modelling, for fine-tuning. */
  public static final String ROBERTA = "roberta";

  /** Machine translation. */
  public static final String TRANSLATION = "mt";

  private static final Map<String, Task<?, ?>> ALL = installed();

  private Tasks() {}

  private static Map<String, Task<?, ?>> installed() {
    Map<String, Task<?, ?>> all = Collections.synchronizedMap(new LinkedHashMap<>());
    for (Task<?, ?> task : ServiceLoader.load(Task.class)) {
      add(all, task);
    }
    return all;
  }

  /**
   * Makes a task known by its name, so that its runs can be opened in this process.
   *
   * @throws IllegalArgumentException if another class has this name
   */
  public static void add(Task<?, ?> task) {
    add(ALL, task);
  }

  private static void add(Map<String, Task<?, ?>> all, Task<?, ?> task) {
    Task<?, ?> known = all.putIfAbsent(task.name(), task);
    if (known != null && !known.getClass().equals(task.getClass())) {
      throw new IllegalArgumentException(
          "task %s of %s needs another name, %s has it"
              .formatted(task.name(), task.getClass().getName(), known.getClass().getName()));
    }
  }

  /** Returns the task of this name. */
  public static Task<?, ?> named(String name) {
    Task<?, ?> task = ALL.get(name);
    if (task == null) {
      throw Suggestion.unknown("task", name, names());
    }
    return task;
  }

  /** Returns all names. */
  public static List<String> names() {
    synchronized (ALL) {
      return List.copyOf(ALL.keySet());
    }
  }

  /** Returns a preset of a task: {@code quick}, {@code small} or {@code base}. */
  public static Preset preset(String task, String name) {
    List<Preset> presets = presets(task);
    return presets.stream()
        .filter(preset -> preset.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> Suggestion.unknown("preset", name, presets.stream().map(Preset::name).toList()));
  }

  /** Returns all presets of a task. */
  public static List<Preset> presets(String task) {
    return named(task).presets();
  }

  /**
   * Checks a configuration completely and returns it.
   *
   * @throws IllegalArgumentException for an unknown task or gate, or a value out of bounds
   */
  public static RunConfig checked(RunConfig config) {
    Task<?, ?> task = named(config.task());
    task.modelType(config.model().architecture());
    if (config.model().documentMask() && !task.name().equals(GPT)) {
      throw new IllegalArgumentException(
          "model.documentMask must be false for task %s, was true".formatted(task.name()));
    }
    task.check(config);
    return config.checked(task.causal());
  }
}
