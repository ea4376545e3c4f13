package io.evomoe.run.internal.folder;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.TrainingState;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.guava.collect.Sets;

/**
 * The configuration of a saved run. A checkpoint has the one that it was made with, which counts
 * for all fields that affect numbers; the file beside it has the others.
 */
public final class SavedConfig {
  private static final String ENTRY = "runConfig";
  private static final String REPLACED = "replacedConfigSha256";
  private static final String DEFAULT = "the default";
  private static final String DIVERSIFY = "evolution.diversifySteps";
  private static final String SHARE = "evolution.diversifyShare";

  /** The fields that the existing experts were made with. */
  private static final List<String> OF_THE_SPAWN =
      List.of(DIVERSIFY, SHARE, "evolution.spawn", "evolution.copyMoments");

  private final RunConfig bound;
  private final RunConfig written;
  private final Path file;
  private final Checkpoint checkpoint;

  /**
   * Compares a checkpoint with the file. If the process was killed before the file was replaced
   * ({@link #replacing}), the file counts as replaced.
   *
   * @param written content of the file
   * @throws IllegalArgumentException if the checkpoint is of a version that kept its configuration
   *     in another way, or has a field that only a later version has
   */
  public SavedConfig(RunConfig written, Path file, Checkpoint checkpoint) {
    Map<String, String> entries = checkpoint.config();
    String text = entries.get(ENTRY);
    if (text == null) {
      throw new IllegalArgumentException(
          checkpoint.location() + " was made by another version, which cannot be continued here");
    }
    this.bound = ConfigFile.parse(text, checkpoint.location().toString());
    boolean isOld = Fingerprint.ofContent(file).equals(entries.get(REPLACED));
    this.written = isOld ? bound : written;
    this.file = file;
    this.checkpoint = checkpoint;
  }

  /** Returns the entry of a run's checkpoint. */
  public static Map<String, String> entry(RunConfig config) {
    Map<String, String> entries = new HashMap<>(Map.of(ENTRY, ConfigFile.text(config)));
    if (config.trainsPart()) {
      entries.put(TrainingState.PART, Double.toString(config.lora().scale()));
    }
    return entries;
  }

  /**
   * Returns the note of the checkpoint with which a run changes its configuration, before it
   * replaces the file. A kill in between leaves a consistent run.
   */
  public static Map<String, String> replacing(Path file) {
    return Map.of(REPLACED, Fingerprint.ofContent(file));
  }

  /**
   * A field with two values.
   *
   * @param field its dotted name
   * @param was the checkpoint's value
   * @param is the other value
   */
  private record Difference(String field, String was, String is) {
    boolean isFree() {
      return ConfigFile.isFree(field);
    }

    boolean isOfModel() {
      return ConfigFile.isOfModel(field);
    }
  }

  /** Returns the differences in the order of the fields. */
  private static List<Difference> differences(RunConfig before, RunConfig after) {
    Map<String, String> was = ConfigFile.values(before);
    Map<String, String> is = ConfigFile.values(after);
    return Sets.union(is.keySet(), was.keySet()).stream()
        .map(
            field ->
                new Difference(
                    field, was.getOrDefault(field, DEFAULT), is.getOrDefault(field, DEFAULT)))
        .filter(difference -> !difference.was.equals(difference.is))
        .toList();
  }

  private String text(Difference edit) {
    return "%s is %s in %s, but %s was made with %s"
        .formatted(edit.field, edit.is, file, checkpoint.location(), edit.was);
  }

  /**
   * Returns one line for each field of the file that is ignored, because the checkpoint was made
   * with another value. Fields of the model are not among them.
   */
  public List<String> overruled() {
    return differences(bound, written).stream()
        .filter(edit -> !edit.isOfModel() && !edit.isFree())
        .map(edit -> text(edit) + ", which counts")
        .toList();
  }

  /**
   * Returns the checkpoint's configuration, with the file's values of the fields that affect no
   * numbers, and its options of other gates.
   *
   * @throws IllegalArgumentException if a field of the model differs
   */
  public RunConfig config() {
    Map<String, String> free = new LinkedHashMap<>();
    for (Difference edit : differences(bound, written)) {
      if (edit.isOfModel()) {
        throw new IllegalArgumentException(text(edit));
      }
      if (edit.isFree()) {
        free.put(edit.field, edit.is);
      }
    }
    Map<String, Map<String, String>> options = new LinkedHashMap<>(written.gateOptions());
    options.remove(bound.gate());
    options.putAll(bound.gateOptions());
    return ConfigFile.set(bound, free).with(c -> c.gateOptions(options));
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
    for (Difference difference : differences(bound, config)) {
      if (difference.isOfModel()) {
        throw new IllegalArgumentException(
            "%s cannot be changed when a run is resumed: it is %s in %s, was given %s"
                .formatted(difference.field, difference.was, checkpoint.location(), difference.is));
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
    Map<String, String> goesOn = ConfigFile.values(config);
    for (Difference edit : differences(bound, written)) {
      if (!asked.containsKey(edit.field) && !edit.is.equals(goesOn.get(edit.field))) {
        boolean past = checkpoint.progress().spawned() && OF_THE_SPAWN.contains(edit.field);
        throw new IllegalArgumentException(
            text(edit)
                + (past
                    ? ": put %s back, the experts are spawned already".formatted(edit.was)
                    : ": to continue with %s, set %s=%s (--set) when it is resumed"
                        .formatted(edit.is, edit.field, edit.is)));
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
    List<String> lines = new ArrayList<>();
    for (Difference change : differences(before, config)) {
      String until = change.isFree() ? "so far" : "in the checkpoint";
      lines.add("%s: %s %s, %s from here on".formatted(change.field, change.was, until, change.is));
    }
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
