package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The parts of the report that are built from data. All text in them is escaped. */
final class Html {

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * JSON that may stand inside a script element: no character in it can end or alter the element.
   */
  static String embeddedJson(Object value) {
    try {
      return Json.MAPPER
          .writeValueAsString(value)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("report data has no JSON form", e);
    }
  }

  static String description(Map<String, String> lines) {
    return lines.entrySet().stream()
        .map(line -> "<div>" + cell("dt", line.getKey()) + cell("dd", line.getValue()) + "</div>")
        .collect(joining("\n"));
  }

  static String table(TextTable table) {
    String head = row("th scope=\"col\"", table.titles());
    String body = table.rows().stream().map(cells -> row("td", cells)).collect(joining("\n"));
    return "<div class=\"table\"><table>\n<thead>"
        + head
        + "</thead>\n<tbody>\n"
        + body
        + "\n</tbody>\n</table></div>";
  }

  private static String row(String tag, List<String> cells) {
    Stream<String> html = cells.stream().map(text -> cell(tag, text));
    return "<tr>" + html.collect(joining()) + "</tr>";
  }

  private static String cell(String tag, String text) {
    String name = tag.split(" ", 2)[0];
    return "<" + tag + ">" + escape(text) + "</" + name + ">";
  }
}
