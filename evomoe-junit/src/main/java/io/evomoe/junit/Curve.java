package io.evomoe.junit;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values by step for each named series. As text it is CSV with a column {@code step} and a column
 * for each series. A field is empty if a series has no value. Doubles are read back exactly.
 */
record Curve(Map<String, SortedMap<Long, Double>> series) {
  static final String STEP = "step";

  static boolean isSpecial(int character) {
    return character == ',' || character == '"' || character < ' ';
  }

  /** Returns the names of the series of two curves. */
  static SortedSet<String> names(Curve recorded, Curve measured) {
    SortedSet<String> names = new TreeSet<>(recorded.series.keySet());
    names.addAll(measured.series.keySet());
    return names;
  }

  /** Returns the values of a series, empty if there is no series of that name. */
  SortedMap<Long, Double> points(String name) {
    return series.getOrDefault(name, new TreeMap<>());
  }

  /** Returns the value of a step that exists. */
  static double value(SortedMap<Long, Double> points, long step) {
    return Objects.requireNonNull(points.get(step), () -> "no value at step " + step);
  }

  boolean isEmpty() {
    return series.isEmpty();
  }

  /** Rejects values that are not finite, because no test can follow them. */
  void requireFinite() {
    series.forEach(
        (name, points) ->
            points.forEach(
                (step, value) -> {
                  if (!Double.isFinite(value)) {
                    throw new AssertionError(
                        "a curve to follow must be finite, %s at step %d was %s"
                            .formatted(name, step, value));
                  }
                }));
  }

  /** Writes the curve and replaces an existing file. */
  void write(Path file) {
    TreeSet<Long> steps = new TreeSet<>();
    series.values().forEach(points -> steps.addAll(points.keySet()));
    StringBuilder text = new StringBuilder(STEP);
    series.keySet().forEach(name -> text.append(',').append(name));
    text.append('\n');
    for (long step : steps) {
      StringJoiner line = new StringJoiner(",").add(Long.toString(step));
      series.values().forEach(points -> line.add(text(points, step)));
      text.append(line).append('\n');
    }
    AtomicFile.write(file, text.toString());
  }

  private static String text(SortedMap<Long, Double> points, long step) {
    Double value = points.get(step);
    return value == null ? "" : value.toString();
  }

  /**
   * Reads a curve written by {@link #write}.
   *
   * @throws IllegalArgumentException if the file is not such a curve; the message names the line
   */
  static Curve read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "curve " + file + " cannot be read: " + IoReason.of(e, file), e);
    }
    List<String> names = lines.isEmpty() ? List.of() : fields(lines.get(0));
    if (names.size() < 2 || !names.get(0).equals(STEP)) {
      throw new IllegalArgumentException(
          "curve " + file + " must begin with a line 'step,SERIES,...'");
    }
    Map<String, SortedMap<Long, Double>> series = new TreeMap<>();
    for (int number = 2; number <= lines.size(); number++) {
      try {
        add(names, fields(lines.get(number - 1)), series);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "curve %s is damaged at line %d: %s".formatted(file, number, e.getMessage()), e);
      }
    }
    return new Curve(series);
  }

  /** Adds the values of a line. */
  private static void add(
      List<String> names, List<String> fields, Map<String, SortedMap<Long, Double>> series) {
    if (fields.size() != names.size()) {
      throw new IllegalArgumentException(
          "must have %d fields, had %d".formatted(names.size(), fields.size()));
    }
    long step = Long.parseLong(fields.get(0));
    for (int i = 1; i < fields.size(); i++) {
      if (!fields.get(i).isEmpty()) {
        double value = Double.parseDouble(fields.get(i));
        SortedMap<Long, Double> points =
            series.computeIfAbsent(names.get(i), unused -> new TreeMap<>());
        if (!Double.isFinite(value) || points.put(step, value) != null) {
          throw new IllegalArgumentException(
              "%s must be a finite number, once for step %d".formatted(names.get(i), step));
        }
      }
    }
  }

  private static List<String> fields(String line) {
    return List.of(line.split(",", -1));
  }
}
