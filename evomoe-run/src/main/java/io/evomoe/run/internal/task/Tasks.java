package io.evomoe.run.internal.task;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The available tasks. */
public final class Tasks {
  /** Causal language modelling. */
  public static final Task<LanguageBatch, CausalLanguageModel> GPT = new GptTask();

  /** Masked language modelling, for fine-tuning. */
  public static final Task<LanguageBatch, Roberta> ROBERTA = new RobertaTask();

  /** Machine translation. */
  public static final TranslationTask TRANSLATION = new TranslationTask();

  private static final List<Task<?, ?>> ALL = List.of(GPT, ROBERTA, TRANSLATION);

  private Tasks() {}

  /** Returns the task of this name. */
  public static Task<?, ?> named(String name) {
    return ALL.stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "task must be one of %s, was %s%s"
                        .formatted(names(), name, Suggestion.text(name, names()))));
  }

  /** Returns all names. */
  public static List<String> names() {
    return ALL.stream().map(Task::name).toList();
  }

  /** Returns a preset of a task: {@code quick}, {@code small} or {@code base}. */
  public static Preset preset(String task, String name) {
    List<Preset> presets = presets(task);
    List<String> names = presets.stream().map(Preset::name).toList();
    return presets.stream()
        .filter(preset -> preset.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "preset must be one of %s, was %s%s"
                        .formatted(names, name, Suggestion.text(name, names))));
  }

  /** Returns all presets of a task. */
  public static List<Preset> presets(String task) {
    return Preset.parse(text(named(task).name() + ".yaml"));
  }

  private static String text(String resource) {
    try (InputStream in =
        Objects.requireNonNull(Tasks.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the presets in " + resource + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Checks a configuration completely and returns it.
   *
   * @throws IllegalArgumentException for an unknown task or gate, or a value out of bounds
   */
  public static RunConfig checked(RunConfig config) {
    Task<?, ?> task = named(config.task());
    task.modelType(config.model().architecture());
    if (config.model().documentMask() && task != GPT) {
      throw new IllegalArgumentException(
          "model.documentMask must be false for task %s, was true".formatted(task.name()));
    }
    task.check(config);
    return config.checked(task.causal());
  }
}
