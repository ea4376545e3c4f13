package io.evomoe.run.config;

import io.evomoe.internal.names.FieldKind;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a resumed run: that of its checkpoint, with the requested changes.
 *
 * @param config of the remaining steps
 * @param changes one line per change, for the user; empty if nothing changed
 */
public record ResumedConfig(RunConfig config, List<String> changes) {
  private static final String DIVERSIFY = "evolution.diversifySteps";
  private static final String SHARE = "evolution.diversifyShare";

  /** The fields that the existing experts were made with. */
  private static final List<String> OF_THE_SPAWN =
      List.of(DIVERSIFY, SHARE, "evolution.spawn", "evolution.copyMoments");

  /** Keeps the list unmodifiable. */
  public ResumedConfig {
    changes = List.copyOf(changes);
  }

  /**
   * Combines the checkpoint's configuration with the requested changes.
   *
   * @param written configuration beside the checkpoint
   * @param file of {@code written}
   * @param checkpoint to resume from
   * @param asked requested values by dotted field, as text
   * @throws IllegalArgumentException if a field of the model differs from the checkpoint's, or if
   *     another field that affects numbers was changed in the file without a request
   */
  public static ResumedConfig of(
      RunConfig written, Path file, Checkpoint checkpoint, Map<String, String> asked) {
    BoundConfig bound = BoundConfig.of(checkpoint);
    RunConfig before = bound.over(written, file);
    RunConfig config = ConfigFile.set(before, asked);
    config =
        checkpoint.progress().spawned()
            ? withSpawnInThePast(before, config, checkpoint, asked)
            : withSpawnAhead(before, config, checkpoint, asked);
    requireUnchangedModel(bound, config);
    requireAskedFor(bound.differences(written), config, file, checkpoint, asked);
    requireStepsAhead(config, checkpoint);
    List<String> changes = new ArrayList<>(changes(before, config));
    if (checkpoint.progress().step() > 0) {
      changes.addAll(ofTheData(sequences(before), sequences(config)));
    }
    return new ResumedConfig(config, changes);
  }

  private static void requireUnchangedModel(BoundConfig bound, RunConfig config) {
    for (BoundConfig.Difference difference : bound.differences(config)) {
      if (difference.kind() == FieldKind.MODEL) {
        throw new IllegalArgumentException(
            "%s cannot be changed when a run is resumed: it is %s in %s, was given %s"
                .formatted(
                    difference.field(), difference.bound(), bound.source(), difference.given()));
      }
    }
  }

  /** An edit of the file alone would either change the run or be ignored, both without notice. */
  private static void requireAskedFor(
      List<BoundConfig.Difference> edits,
      RunConfig config,
      Path file,
      Checkpoint checkpoint,
      Map<String, String> asked) {
    Map<String, String> goesOn = ConfigFields.values(config);
    for (BoundConfig.Difference edit : edits) {
      String field = edit.field();
      if (!asked.containsKey(field) && !edit.given().equals(goesOn.get(field))) {
        boolean past = checkpoint.progress().spawned() && OF_THE_SPAWN.contains(field);
        throw new IllegalArgumentException(
            edit.text(file, checkpoint.location())
                + (past
                    ? ": put %s back, the experts are spawned already".formatted(edit.bound())
                    : ": to continue with %s, set %s=%s (--set) when it is resumed"
                        .formatted(edit.given(), field, edit.given())));
      }
    }
  }

  private static void requireStepsAhead(RunConfig config, Checkpoint checkpoint) {
    long done = checkpoint.progress().step();
    if (config.training().steps() < done) {
      throw new IllegalArgumentException(
          "training.steps must be at least %d, the steps that %s has taken, was %d"
              .formatted(done, checkpoint.location(), config.training().steps()));
    }
  }

  /**
   * Keeps steps that are a share of the run's steps where they were, once the experts are spawned.
   */
  private static RunConfig withSpawnInThePast(
      RunConfig before, RunConfig config, Checkpoint checkpoint, Map<String, String> asked) {
    for (String field : OF_THE_SPAWN) {
      if (asked.containsKey(field)) {
        throw new IllegalArgumentException(
            "%s cannot be changed when a run is resumed: the experts of %s are spawned already"
                .formatted(field, checkpoint.location()));
      }
    }
    long spawn = before.schedule().diversifySteps();
    boolean moved = spawn != config.schedule().diversifySteps();
    return moved ? ConfigFile.set(config, DIVERSIFY, Long.toString(spawn)) : config;
  }

  /**
   * Moves the spawning of experts to the current step at the earliest, because their age counts
   * from there.
   */
  private static RunConfig withSpawnAhead(
      RunConfig before, RunConfig config, Checkpoint checkpoint, Map<String, String> asked) {
    long done = checkpoint.progress().step();
    long spawn = config.schedule().diversifySteps();
    if (spawn >= done || before.schedule().diversifySteps() < done) {
      return config;
    }
    if (asked.containsKey(DIVERSIFY) || asked.containsKey(SHARE)) {
      throw new IllegalArgumentException(
          "%s must be at least %d, the steps that %s has taken with one expert, was %d"
              .formatted(DIVERSIFY, done, checkpoint.location(), spawn));
    }
    return ConfigFile.set(config, DIVERSIFY, Long.toString(done));
  }

  /** Batches follow from the step number, as if all earlier ones had had the same size. */
  private static List<String> ofTheData(long before, long now) {
    return now == before
        ? List.of()
        : List.of(
            "The data continues where steps of %d sequences would have ended, not %d: the part in between is %s"
                .formatted(now, before, now > before ? "left out" : "read again"));
  }

  private static long sequences(RunConfig config) {
    return (long) config.training().batch() * config.training().microBatches();
  }

  private static List<String> changes(RunConfig before, RunConfig config) {
    Map<String, String> then = ConfigFields.values(before);
    Map<String, String> now = ConfigFields.values(config);
    List<String> lines = new ArrayList<>();
    now.forEach(
        (field, value) -> {
          boolean inCheckpoint = ConfigFields.kind(field) != FieldKind.FREE;
          if (!value.equals(then.get(field))) {
            lines.add(
                "%s: %s %s, %s from here on"
                    .formatted(
                        field,
                        then.get(field),
                        inCheckpoint ? "in the checkpoint" : "so far",
                        value));
          }
        });
    return lines;
  }
}
