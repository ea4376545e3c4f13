package io.evomoe.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        %s
        </section>
        <noscript><meta http-equiv="refresh" content="%d"></noscript>""",
        live.seconds(),
        live.at().toEpochMilli(),
        escape(live.what()),
        CLOCK.format(live.at()),
        live.seconds(),
        upToNow(live),
        live.seconds());
  }

  /** Numbers and text of the run that goes. */
  private static String upToNow(ReportData.Live live) {
    String numbers =
        live.numbers().isEmpty()
            ? ""
            : "<dl class=\"numbers\">\n" + description(live.numbers()) + "\n</dl>";
    return numbers
        + live.sample()
            .map(
                look ->
                    "\n<div class=\"now\"><span class=\"hint\">Sample of "
                        + escape(LookHtml.title(look))
                        + "</span>"
                        + LookHtml.texts(look)
                        + "</div>")
            .orElse("");
  }

  /** Names the runs that were stopped; empty if none was. */
  static String stopped(List<RunResult> results) {
    String names =
        results.stream()
            .filter(RunResult::isInterrupted)
            .map(result -> result.gate() + result.interruption())
            .collect(joining(", "));
    return names.isEmpty()
        ? ""
        : "<p class=\"card stopped\"><strong>Stopped.</strong> " + escape(names) + "</p>";
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
    return table(name, head, body);
  }

  /** The same with rows that are markup already. */
  static String table(String name, List<String> titles, String body) {
    return table(name, row(titles.stream().map(title -> cell("th scope=\"col\"", title))), body);
  }

  private static String table(String name, String head, String body) {
    return """
        <div class="table" role="region" tabindex="0" aria-label="%s"><table>
        <thead>%s</thead>
        <tbody>
        %s
        </tbody>
        </table></div>"""
        .formatted(escape(name), head, body);
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

  /** The report's template, style and script, and the chart library. */
  static final class Resources {

    private static final String WEBJAR = "/META-INF/maven/org.webjars/echarts/pom.properties";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    private Resources() {}

    /** A file beside this class. */
    static String local(String name) {
      return read("/io/evomoe/bench/report/" + name);
    }

    /**
     * The script of a page, whose parts are in the order in which they use each other.
     *
     * @param page name of the part that puts the charts into it
     */
    static String script(String page) {
      return Stream.of("quantities", "words", "charts", "page", "live", page)
          .map(name -> local(name + ".js"))
          .collect(joining("\n"));
    }

    /** ECharts, with what would end a script element taken apart. */
    static String echarts() {
      Properties webjar = new Properties();
      try {
        webjar.load(new StringReader(read(WEBJAR)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      String version = webjar.getProperty("version");
      return read("/META-INF/resources/webjars/echarts/" + version + "/echarts.min.js")
          .replace("</script", "<\\/script")
          .replace("<!--", "<\\!--");
    }

    /**
     * Replaces every <code>{{name}}</code> of a template once; what is filled in is not looked at
     * again.
     */
    static String fill(String template, Map<String, String> values) {
      return PLACEHOLDER
          .matcher(template)
          .replaceAll(match -> Matcher.quoteReplacement(value(values, match.group(1))));
    }

    private static String value(Map<String, String> values, String name) {
      return Optional.ofNullable(values.get(name))
          .orElseThrow(() -> new IllegalStateException("template names an unknown value: " + name));
    }

    private static String read(String path) {
      try (InputStream in = Resources.class.getResourceAsStream(path)) {
        return new String(Objects.requireNonNull(in, path).readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
