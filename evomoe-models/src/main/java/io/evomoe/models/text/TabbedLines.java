package io.evomoe.models.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A UTF-8 file of two columns with one TAB between them. */
public final class TabbedLines {

  /**
   * A line.
   *
   * @param number from 1
   * @param left column, without white space around it, not empty
   * @param right column, without white space around it, not empty
   */
  public record Line(int number, String left, String right) {}

  private TabbedLines() {}

  /**
   * Reads a file, unpacked when its name ends in {@code .gz}; a byte order mark is dropped, and a
   * line may end in {@code \n}, {@code \r\n} or {@code \r}. Blank lines are skipped, as are those
   * with two empty columns.
   *
   * @param kind of file, for messages
   * @param left name of the left column, for messages
   * @param right name of the right column, for messages
   * @throws IllegalArgumentException when the file cannot be read as UTF-8 ({@link Utf8Text#read}),
   *     is JSON or CSV ({@link UnreadFormats}), or a line has no TAB, more than one, or a single
   *     empty column; the message names file and line
   */
  public static List<Line> read(Path file, String kind, String left, String right) {
    UnreadFormats.refuseByEnding(kind + " " + file, file.toString());
    String text = Utf8Text.read(file);
    UnreadFormats.refuseByLook(kind + " " + file, text);
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        String[] columns = line.split("\t", -1);
        String fault = fault(columns, left, right);
        if (!fault.isEmpty()) {
          throw new IllegalArgumentException(
              "%s %s, line %d: must be %s TAB %s, %s"
                  .formatted(kind, file, number, left, right, fault));
        }
        lines.add(new Line(number, columns[0].strip(), columns[1].strip()));
      }
    }
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(kind + " " + file + " holds no line");
    }
    return List.copyOf(lines);
  }

  private static String fault(String[] columns, String left, String right) {
    if (columns.length == 1) {
      return "has no TAB";
    }
    if (columns.length > 2) {
      return "has " + (columns.length - 1) + " TABs";
    }
    if (columns[0].isBlank() || columns[1].isBlank()) {
      return "has no " + (columns[0].isBlank() ? left : right);
    }
    return "";
  }
}
