package io.evomoe.models.text.classes;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/** The classes of a classifier, numbered in the order of their names. */
public final class Labels {
  private final List<String> names;

  private Labels(List<String> names) {
    this.names = names;
  }

  /** Returns labels with these names; equal names are one label. */
  public static Labels of(Collection<String> names) {
    if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "labels must be at least one and none blank, were " + names);
    }
    return new Labels(List.copyOf(new TreeSet<>(names)));
  }

  /** Returns the number of labels. */
  public int size() {
    return names.size();
  }

  /** Returns all names in the order of their numbers. */
  public List<String> names() {
    return names;
  }

  /** Returns the name of a number. */
  public String name(int label) {
    return names.get(label);
  }

  /** Returns the number of a name; empty if it is not one of the labels. */
  public OptionalInt index(String name) {
    int index = names.indexOf(name);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }
}
