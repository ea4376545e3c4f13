package io.evomoe.models.text.classes;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/** The classes that a classifier tells apart, numbered in the order of their names. */
public final class Labels {
  private final List<String> names;

  private Labels(List<String> names) {
    this.names = names;
  }

  /** Labels of these names; equal names are one label. */
  public static Labels of(Collection<String> names) {
    if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "labels must be at least one and none blank, were " + names);
    }
    return new Labels(List.copyOf(new TreeSet<>(names)));
  }

  /** Number of labels. */
  public int size() {
    return names.size();
  }

  /** All names in the order of their numbers. */
  public List<String> names() {
    return names;
  }

  /** Name of a number. */
  public String name(int label) {
    return names.get(label);
  }

  /** Number of a name; empty when it is none of the labels. */
  public OptionalInt index(String name) {
    int index = names.indexOf(name);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }
}
