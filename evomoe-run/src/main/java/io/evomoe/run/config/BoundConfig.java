package io.evomoe.run.config;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration that a checkpoint was made with, as the checkpoint itself has it: all fields
 * that a number depends on.
 */
public final class BoundConfig {
  private static final String DEFAULT = "the default";

  private final Path source;
  private final Map<String, String> values;

  private BoundConfig(Path source, Map<String, String> values) {
    this.source = source;
    this.values = values;
  }

  /** What a checkpoint of a run keeps: field by field, as text. */
  public static Map<String, String> entries(RunConfig config) {
    Map<String, String> entries = new LinkedHashMap<>(ConfigFields.values(config));
    entries.keySet().removeIf(field -> ConfigFields.kind(field) == FieldKind.FREE);
    return entries;
  }

  /**
   * What a checkpoint is bound to; empty where it was written by a version that did not say.
   *
   * @throws IllegalArgumentException if it names a field that only a later version has
   */
  public static Optional<BoundConfig> of(Checkpoint checkpoint) {
    Map<String, String> values = new LinkedHashMap<>(checkpoint.config());
    values.keySet().removeIf(field -> !isField(field, checkpoint));
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(new BoundConfig(checkpoint.location(), values));
  }

  /** Of a run whose checkpoint does not say: what is written beside it. */
  static BoundConfig of(RunConfig written, Path file) {
    return new BoundConfig(file, entries(written));
  }

  /** The checkpoint, or the file that stands for it. */
  Path source() {
    return source;
  }

  private static boolean isField(String entry, Checkpoint checkpoint) {
    if (ConfigFields.isKnown(entry)) {
      return true;
    }
    if (entry.contains(".")) {
      throw new IllegalArgumentException(
          "%s was made with the field %s, which this version does not know"
              .formatted(checkpoint.location(), entry));
    }
    return false;
  }

  /** Where they differ, in the order of the fields. */
  List<Difference> differences(RunConfig other) {
    Map<String, String> theirs = entries(other);
    Map<String, String> all = new LinkedHashMap<>(theirs);
    values.forEach(all::putIfAbsent);
    // What this version has and the checkpoint's had not cannot differ; an option can be left out.
    all.keySet().removeIf(field -> !values.containsKey(field) && !ConfigFields.isGateOption(field));
    List<Difference> found = new ArrayList<>();
    for (String field : all.keySet()) {
      String bound = values.getOrDefault(field, DEFAULT);
      String given = theirs.getOrDefault(field, DEFAULT);
      if (!bound.equals(given)) {
        found.add(new Difference(field, bound, given));
      }
    }
    return found;
  }

  /**
   * What is written beside the checkpoint and does not count, because it is not the model's and the
   * checkpoint was made with another value; a line each.
   */
  public List<String> overruled(RunConfig written, Path file) {
    return differences(written).stream()
        .filter(difference -> difference.kind() != FieldKind.MODEL)
        .map(difference -> difference.text(file, source) + ", which counts")
        .toList();
  }

  /**
   * The configuration of the checkpoint: what is written beside it, but with the checkpoint's own
   * values of all fields that a number depends on.
   *
   * @param written the fields of other kinds
   * @param file where that is written, for the message
   * @throws IllegalArgumentException if a field of the model differs
   */
  public RunConfig over(RunConfig written, Path file) {
    ObjectNode tree = StrictYaml.fields(written);
    for (Difference difference : differences(written)) {
      if (difference.kind() == FieldKind.MODEL) {
        throw new IllegalArgumentException(difference.text(file, source));
      }
      String[] path = difference.field().split("\\.", 2);
      boolean empty = difference.bound().equals(ConfigFields.EMPTY);
      tree.withObject("/" + path[0])
          .set(path[1], empty ? NullNode.instance : TextNode.valueOf(difference.bound()));
    }
    return StrictYaml.bind(tree, RunConfig.class, source.toString());
  }

  /**
   * A field that has two values.
   *
   * @param field by its dotted name
   * @param bound the checkpoint's value
   * @param given the other one
   */
  record Difference(String field, String bound, String given) {
    FieldKind kind() {
      return ConfigFields.kind(field);
    }

    String text(Path file, Path checkpoint) {
      return "%s is %s in %s, but %s was made with %s"
          .formatted(field, given, file, checkpoint, bound);
    }
  }
}
