package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Detects CSV: lines with the same number of fields, unlike prose with commas. */
final class CsvLook {
  private static final int RECORDS = 20;
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ .-]{0,39}");

  private final String text;
  private final char separator;
  private int at;

  private CsvLook(String text, char separator) {
    this.text = text;
    this.separator = separator;
  }

  /**
   * Examines the first records.
   *
   * @param text or its beginning
   */
  static boolean isCsv(String text, char separator) {
    CsvLook look = new CsvLook(text, separator);
    List<List<String>> records = new ArrayList<>();
    while (records.size() < RECORDS && look.at < text.length()) {
      List<String> fields = look.record();
      boolean cutOff = look.at >= text.length() && text.length() >= UnreadFormats.LOOKED_AT;
      if (!cutOff) {
        records.add(fields);
      }
    }
    if (records.isEmpty()) {
      return false;
    }
    int fields = records.get(0).size();
    boolean named = records.get(0).stream().allMatch(field -> NAME.matcher(field).matches());
    return fields > 1
        && records.size() >= (named ? 2 : 3)
        && records.stream().allMatch(record -> record.size() == fields);
  }

  /** Returns the fields of the next record; empty if it is not CSV. */
  private List<String> record() {
    List<String> fields = new ArrayList<>();
    boolean wrong = false;
    boolean more = true;
    while (more) {
      int from = at;
      if (is('"')) {
        at++;
        while (at < text.length() && (!is('"') || isPair())) {
          at += is('"') ? 2 : 1;
        }
        at = Math.min(at + 1, text.length());
        wrong |= at < text.length() && !is(separator) && !isEnd();
      } else {
        wrong |= is(' ') || is('\t');
      }
      while (at < text.length() && !is(separator) && !isEnd()) {
        wrong |= is('\t');
        at++;
      }
      fields.add(text.substring(from, at));
      more = at < text.length() && is(separator);
      at += more ? 1 : 0;
    }
    skipLineEnd();
    return wrong ? List.of() : fields;
  }

  private void skipLineEnd() {
    if (at < text.length() && is('\r')) {
      at++;
    }
    if (at < text.length() && is('\n')) {
      at++;
    }
  }

  private boolean isPair() {
    return at + 1 < text.length() && text.charAt(at + 1) == '"';
  }

  private boolean isEnd() {
    return is('\n') || is('\r');
  }

  private boolean is(char wanted) {
    return at < text.length() && text.charAt(at) == wanted;
  }
}
