package io.evomoe.run.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Explains in one sentence why a text is not YAML: the line, its field and the right columns. */
final class YamlMistake {
  private static final Pattern PACKAGES = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");
  private static final Pattern FIELD = Pattern.compile("^( *)([\\w-]+) *:(?: .*)?$");
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column (\\d+)");

  private final List<String> lines;
  private final int number;

  private YamlMistake(String yaml, int number) {
    this.lines = yaml.lines().toList();
    this.number = number;
  }

  /**
   * Returns the sentence.
   *
   * @param yaml the text
   * @param e of its parser
   */
  static String text(String yaml, JsonProcessingException e) {
    String message = e.getOriginalMessage();
    int line = e.getLocation().getLineNr();
    int column = e.getLocation().getColumnNr();
    for (Matcher place = PLACE.matcher(message); place.find(); ) { // the last one
      line = Integer.parseInt(place.group(1));
      column = Integer.parseInt(place.group(2));
    }
    YamlMistake mistake = new YamlMistake(yaml, line);
    String indentation = mistake.indentation();
    return "line %d, column %d: %s"
        .formatted(line, column, indentation.isEmpty() ? mistake.problem(message) : indentation);
  }

  /** Returns why the line is indented wrongly; empty if it is not. */
  private String indentation() {
    if (line(number).matches("\\s*\t.*")) {
      return "must be indented with spaces, has a tab";
    }
    Matcher field = FIELD.matcher(line(number));
    if (!field.matches()) {
      return "";
    }
    int column = field.end(1);
    Matcher first = null; // field of the parent
    for (int above = number - 1; above > 0; above--) {
      Matcher other = FIELD.matcher(line(above));
      boolean block = other.matches() && line(above).strip().endsWith(":");
      if (block && other.end(1) < column && first != null) {
        return first.end(1) == column
            ? ""
            : "%s must begin in column %d to be a field of %s, or in column %d, begins in column %d"
                .formatted(
                    field.group(2), first.end(1) + 1, other.group(2), other.end(1) + 1, column + 1);
      }
      if (other.matches()) {
        first = other;
      }
    }
    return "";
  }

  /** Returns the parser's words, and the field whose value it was reading. */
  private String problem(String message) {
    List<String> words = message.lines().filter(line -> !line.startsWith(" ")).toList();
    String problem = PACKAGES.matcher(words.get(words.size() - 1)).replaceAll("");
    Matcher begin = PLACE.matcher(message);
    if (words.size() > 1 && begin.find()) {
      Matcher field = FIELD.matcher(line(Integer.parseInt(begin.group(1))));
      return field.matches() ? "%s: %s".formatted(field.group(2), problem) : problem;
    }
    return problem;
  }

  private String line(int counted) {
    return counted > 0 && counted <= lines.size() ? lines.get(counted - 1) : "";
  }
}
