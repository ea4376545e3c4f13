package io.evomoe.run.config;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.internal.names.FieldKind;
import io.evomoe.internal.names.Fields;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration that is stored in a checkpoint: all fields that affect numbers. */
public final class BoundConfig {
  private static final String DEFAULT = "the default";

  private final Path source;
  private final Map<String, String> values;

  private BoundConfig(Path source, Map<String, String> values) {
    this.source = source;
    this.values = values;
  }

  /** Returns the fields that a run's checkpoint stores, as text. */
  public static Map<String, String> entries(RunConfig config) {
    Map<String, String> entries = new LinkedHashMap<>(ConfigFields.values(config));
    entries.keySet().removeIf(field -> ConfigFields.kind(field) == FieldKind.FREE);
    return entries;
  }

  /**
   * Reads a checkpoint's configuration.
   *
   * @throws IllegalArgumentException if it names a field that only a later version has
   */
  public static BoundConfig of(Checkpoint checkpoint) {
    Map<String, String> values = new LinkedHashMap<>(checkpoint.config());
    values.keySet().removeIf(field -> !isField(field, checkpoint));
    return new BoundConfig(checkpoint.location(), values);
  }

  /** Returns the checkpoint. */
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

  /** Returns the differences in the order of the fields. */
  List<Difference> differences(RunConfig other) {
    Map<String, String> theirs = entries(other);
    Map<String, String> all = new LinkedHashMap<>(theirs);
    values.forEach(all::putIfAbsent);
    // A field that only one version has cannot differ, but an option can be left out.
    all.keySet().removeIf(field -> !values.containsKey(field) && !ConfigFields.isOption(field));
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
   * Returns one line for each field whose value beside the checkpoint is ignored, because the
   * checkpoint was made with another one. Fields of the model are not among them.
   */
  public List<String> overruled(RunConfig written, Path file) {
    return differences(written).stream()
        .filter(difference -> difference.kind() != FieldKind.MODEL)
        .map(difference -> difference.text(file, source) + ", which counts")
        .toList();
  }

  /**
   * Returns the configuration in {@code written}, with the checkpoint's values of all fields that
   * affect numbers.
   *
   * @param written the other fields
   * @param file of {@code written}, for the message
   * @throws IllegalArgumentException if a field of the model differs
   */
  public RunConfig over(RunConfig written, Path file) {
    ObjectNode tree = StrictYaml.fields(written);
    for (Difference difference : differences(written)) {
      if (difference.kind() == FieldKind.MODEL) {
        throw new IllegalArgumentException(difference.text(file, source));
      }
      String field = difference.field();
      int end = field.lastIndexOf('.');
      ObjectNode parent = tree.withObject("/" + field.substring(0, end).replace('.', '/'));
      String name = field.substring(end + 1);
      if (difference.bound().equals(DEFAULT)) {
        parent.remove(name);
      } else {
        boolean empty = difference.bound().equals(Fields.EMPTY);
        parent.set(name, empty ? NullNode.instance : TextNode.valueOf(difference.bound()));
      }
    }
    return StrictYaml.bind(tree, RunConfig.class, source.toString());
  }

  /**
   * A field with two values.
   *
   * @param field its dotted name
   * @param bound the checkpoint's value
   * @param given the other value
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
