package io.evomoe.run.task;

import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import java.util.List;

/** The tasks there are. */
public final class Tasks {
  private static final List<TaskKind> ALL =
      List.of(new GptKind(), new RobertaKind(), new TranslationKind());

  private Tasks() {}

  /** By its name. */
  public static TaskKind named(String name) {
    return ALL.stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("task must be one of " + names() + ", was " + name));
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(TaskKind::name).toList();
  }

  /** A preset of a task. */
  public static Preset preset(String task, String name) {
    List<Preset> presets = named(task).presets();
    return presets.stream()
        .filter(preset -> preset.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "preset must be one of %s, was %s"
                        .formatted(presets.stream().map(Preset::name).toList(), name)));
  }

  /**
   * A configuration itself, after everything in it was looked at.
   *
   * @throws IllegalArgumentException for an unknown task or gate, or a value out of its bounds
   */
  public static RunConfig checked(RunConfig config) {
    TaskKind task = named(config.task());
    task.check(config);
    return config.checked(task.causal());
  }
}
