package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How many records a file had, and which were left out. */
final class RecordCount {
  /** Bad ones that are named. */
  private static final int NAMED = 10;

  private final List<Long> named = new ArrayList<>();
  private long records;
  private long blank;
  private long bad;

  void addRecord() {
    records++;
  }

  void addBlank() {
    blank++;
  }

  void addBad(long line) {
    bad++;
    if (named.size() < NAMED) {
      named.add(line);
    }
  }

  /** Records that were taken. */
  long records() {
    return records;
  }

  /** All records, those that were left out among them. */
  long all() {
    return records + blank + bad;
  }

  /** Whether none was left out. */
  boolean isWhole() {
    return blank + bad == 0;
  }

  /** What was left out, in words; empty for nothing. */
  String leftOut(String unit) {
    List<String> words = new ArrayList<>();
    if (blank > 0) {
      words.add(String.format(Locale.ROOT, "%,d without text left out", blank));
    }
    if (bad > 0) {
      words.add(
          String.format(
              Locale.ROOT,
              "%,d bad %s%s left out: %s%s",
              bad,
              unit,
              bad == 1 ? "" : "s",
              named.stream().map(String::valueOf).collect(Collectors.joining(", ")),
              bad > named.size() ? ", ..." : ""));
    }
    return String.join("; ", words);
  }
}
