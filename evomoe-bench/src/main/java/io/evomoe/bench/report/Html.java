package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import io.evomoe.run.record.Json;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The parts of the report that are built from data. All text in them is escaped. */
final class Html {

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

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
    return Json.line(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  /** What says that the page is not the last one, and has it loaded again. */
  static String live(ReportData.Live live) {
    return String.format(
        Locale.ROOT,
        """
        <section class="card" id="live" role="status" aria-label="Progress" data-seconds="%d" data-at="%d">
        <p><strong>Running.</strong> %s. <span id="as-of">As of %s.</span>
        <span class="hint">This page reloads every %d s until all runs are finished.</span></p>
        <button id="pause" aria-pressed="false" hidden>pause</button>
        </section>
        <noscript><meta http-equiv="refresh" content="%d"></noscript>""",
        live.seconds(),
        live.at().toEpochMilli(),
        escape(live.what()),
        CLOCK.format(live.at()),
        live.seconds(),
        live.seconds());
  }

  static String description(Map<String, String> lines) {
    return lines.entrySet().stream()
        .map(line -> "<div>" + cell("dt", line.getKey()) + cell("dd", line.getValue()) + "</div>")
        .collect(joining("\n"));
  }

  /** A table that may be wider than the page; {@code name} is for those who do not see it. */
  static String table(String name, TextTable table) {
    String head = row(table.titles().stream().map(title -> cell("th scope=\"col\"", title)));
    String body = table.rows().stream().map(Html::bodyRow).collect(joining("\n"));
    return "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\""
        + escape(name)
        + "\"><table>\n<thead>"
        + head
        + "</thead>\n<tbody>\n"
        + body
        + "\n</tbody>\n</table></div>";
  }

  /** The first cell names the row. */
  private static String bodyRow(List<String> cells) {
    Stream<String> first = cells.stream().limit(1).map(text -> cell("th scope=\"row\"", text));
    return row(Stream.concat(first, cells.stream().skip(1).map(text -> cell("td", text))));
  }

  private static String row(Stream<String> cells) {
    return "<tr>" + cells.collect(joining()) + "</tr>";
  }

  private static String cell(String tag, String text) {
    String name = tag.split(" ", 2)[0];
    return "<" + tag + ">" + escape(text) + "</" + name + ">";
  }
}
