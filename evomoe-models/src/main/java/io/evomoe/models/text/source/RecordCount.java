package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The number of records in a file, and of skipped ones. */
final class RecordCount {
  /** Maximum number of bad records that are named. */
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

  /** Returns the number of records, without skipped ones. */
  long records() {
    return records;
  }

  /** Returns the number of records, skipped ones included. */
  long all() {
    return records + blank + bad;
  }

  /** Whether no record was skipped. */
  boolean isWhole() {
    return blank + bad == 0;
  }

  /** Returns a description of the skipped records; empty if there are none. */
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
