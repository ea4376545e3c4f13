package io.evomoe.run.config;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a saved run. A checkpoint stores all fields that affect numbers, and these
 * count; the file beside it has the others.
 */
public final class SavedConfig {
  private static final String DEFAULT = "the default";
  private static final String DIVERSIFY = "evolution.diversifySteps";
  private static final String SHARE = "evolution.diversifyShare";

  /** The fields that the existing experts were made with. */
  private static final List<String> OF_THE_SPAWN =
      List.of(DIVERSIFY, SHARE, "evolution.spawn", "evolution.copyMoments");

  private final RunConfig written;
  private final Path file;
  private final Checkpoint checkpoint;
  private final Map<String, String> bound;

  /**
   * Compares a checkpoint with the file.
   *
   * @param written content of the file
   * @throws IllegalArgumentException if the checkpoint has a field that only a later version has
   */
  public SavedConfig(RunConfig written, Path file, Checkpoint checkpoint) {
    this.written = written;
    this.file = file;
    this.checkpoint = checkpoint;
    this.bound = new LinkedHashMap<>(checkpoint.config());
    bound.keySet().removeIf(entry -> !isField(entry, checkpoint));
  }

  /** Returns the fields that a run's checkpoint stores, as text. */
  public static Map<String, String> entries(RunConfig config) {
    Map<String, String> entries = new LinkedHashMap<>(ConfigFields.values(config));
    entries.keySet().removeIf(field -> ConfigFields.kind(field) == Field.Kind.FREE);
    return entries;
  }

  private static boolean isField(String entry, Checkpoint checkpoint) {
    boolean known = ConfigFields.isKnown(entry);
    if (!known && entry.contains(".")) {
      throw new IllegalArgumentException(
          "%s was made with the field %s, which this version does not know"
              .formatted(checkpoint.location(), entry));
    }
    return known;
  }

  /**
   * A field with two values.
   *
   * @param field its dotted name
   * @param bound the checkpoint's value
   * @param given the other value
   */
  private record Difference(String field, String bound, String given) {
    boolean ofModel() {
      return ConfigFields.kind(field) == Field.Kind.MODEL;
    }
  }

  /** Returns the differences from the checkpoint in the order of the fields. */
  private List<Difference> differences(RunConfig other) {
    Map<String, String> theirs = entries(other);
    Map<String, String> all = new LinkedHashMap<>(theirs);
    bound.forEach(all::putIfAbsent);
    // A field that only one version has cannot differ, but an option can be left out.
    all.keySet().removeIf(field -> !bound.containsKey(field) && !ConfigFields.isOption(field));
    return all.keySet().stream()
        .map(
            field ->
                new Difference(
                    field, bound.getOrDefault(field, DEFAULT), theirs.getOrDefault(field, DEFAULT)))
        .filter(difference -> !difference.bound.equals(difference.given))
        .toList();
  }

  private String text(Difference edit) {
    return "%s is %s in %s, but %s was made with %s"
        .formatted(edit.field, edit.given, file, checkpoint.location(), edit.bound);
  }

  /**
   * Returns one line for each field of the file that is ignored, because the checkpoint was made
   * with another value. Fields of the model are not among them.
   */
  public List<String> overruled() {
    return differences(written).stream()
        .filter(edit -> !edit.ofModel())
        .map(edit -> text(edit) + ", which counts")
        .toList();
  }

  /**
   * Returns the configuration in the file, with the checkpoint's values of all fields that affect
   * numbers.
   *
   * @throws IllegalArgumentException if a field of the model differs
   */
  public RunConfig config() {
    ObjectNode tree = StrictYaml.fields(written);
    for (Difference edit : differences(written)) {
      if (edit.ofModel()) {
        throw new IllegalArgumentException(text(edit));
      }
      int end = edit.field.lastIndexOf('.');
      ObjectNode parent = tree.withObject("/" + edit.field.substring(0, end).replace('.', '/'));
      String name = edit.field.substring(end + 1);
      if (edit.bound.equals(DEFAULT)) {
        parent.remove(name);
      } else {
        boolean empty = edit.bound.equals(Fields.EMPTY);
        parent.set(name, empty ? NullNode.instance : TextNode.valueOf(edit.bound));
      }
    }
    return StrictYaml.bind(tree, RunConfig.class, checkpoint.location().toString());
  }

  /**
   * Returns the checkpoint's configuration with the requested changes.
   *
   * @param asked requested values by dotted field, as text
   * @throws IllegalArgumentException if a field of the model differs from the checkpoint's, or if
   *     another field that affects numbers was changed in the file without a request
   */
  public RunConfig resumed(Map<String, String> asked) {
    RunConfig before = config();
    RunConfig config = withSpawn(before, ConfigFile.set(before, asked), asked);
    for (Difference difference : differences(config)) {
      if (difference.ofModel()) {
        throw new IllegalArgumentException(
            "%s cannot be changed when a run is resumed: it is %s in %s, was given %s"
                .formatted(
                    difference.field, difference.bound, checkpoint.location(), difference.given));
      }
    }
    requireAskedFor(config, asked);
    long done = checkpoint.progress().step();
    if (config.training().steps() < done) {
      throw new IllegalArgumentException(
          "training.steps must be at least %d, the steps that %s has taken, was %d"
              .formatted(done, checkpoint.location(), config.training().steps()));
    }
    return config;
  }

  /** An edit of the file alone would either change the run or be ignored, both without notice. */
  private void requireAskedFor(RunConfig config, Map<String, String> asked) {
    Map<String, String> goesOn = ConfigFields.values(config);
    for (Difference edit : differences(written)) {
      if (!asked.containsKey(edit.field) && !edit.given.equals(goesOn.get(edit.field))) {
        boolean past = checkpoint.progress().spawned() && OF_THE_SPAWN.contains(edit.field);
        throw new IllegalArgumentException(
            text(edit)
                + (past
                    ? ": put %s back, the experts are spawned already".formatted(edit.bound)
                    : ": to continue with %s, set %s=%s (--set) when it is resumed"
                        .formatted(edit.given, edit.field, edit.given)));
      }
    }
  }

  /**
   * Keeps the spawning of experts at its step if it is over, and moves it to the current step at
   * the earliest if not, because the age of experts counts from there. Without this, a share of the
   * run's steps would move with their number.
   */
  private RunConfig withSpawn(RunConfig before, RunConfig config, Map<String, String> asked) {
    long done = checkpoint.progress().step();
    long was = before.schedule().diversifySteps();
    long now = config.schedule().diversifySteps();
    if (checkpoint.progress().spawned()) {
      for (String field : OF_THE_SPAWN) {
        if (asked.containsKey(field)) {
          throw new IllegalArgumentException(
              "%s cannot be changed when a run is resumed: the experts of %s are spawned already"
                  .formatted(field, checkpoint.location()));
        }
      }
      return was == now ? config : ConfigFile.set(config, DIVERSIFY, Long.toString(was));
    }
    if (now >= done || was < done) {
      return config;
    }
    if (asked.containsKey(DIVERSIFY) || asked.containsKey(SHARE)) {
      throw new IllegalArgumentException(
          "%s must be at least %d, the steps that %s has taken with one expert, was %d"
              .formatted(DIVERSIFY, done, checkpoint.location(), now));
    }
    return ConfigFile.set(config, DIVERSIFY, Long.toString(done));
  }

  /** Returns one line for each change of a resumed run, for the user. */
  public List<String> changes(RunConfig config) {
    RunConfig before = config();
    Map<String, String> then = ConfigFields.values(before);
    List<String> lines = new ArrayList<>();
    ConfigFields.values(config)
        .forEach(
            (field, value) -> {
              if (!value.equals(then.get(field))) {
                boolean free = ConfigFields.kind(field) == Field.Kind.FREE;
                lines.add(
                    "%s: %s %s, %s from here on"
                        .formatted(
                            field, then.get(field), free ? "so far" : "in the checkpoint", value));
              }
            });
    long sequences = sequences(before);
    long now = sequences(config);
    if (now != sequences && checkpoint.progress().step() > 0) {
      // Batches follow from the step number, as if all earlier ones had had the same size.
      lines.add(
          "The data continues where steps of %d sequences would have ended, not %d: the part in between is %s"
              .formatted(now, sequences, now > sequences ? "left out" : "read again"));
    }
    return lines;
  }

  private static long sequences(RunConfig config) {
    return (long) config.training().batch() * config.training().microBatches();
  }
}
