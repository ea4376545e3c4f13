package io.evomoe.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The report's template, style and script, and the chart library. */
final class Resources {

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
   * @param own those of this page; the last puts its charts into it
   */
  static String script(String... own) {
    return Stream.concat(
            Stream.of("quantities.js", "words.js", "charts.js", "page.js"), Stream.of(own))
        .map(Resources::local)
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
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("template names an unknown value: " + name);
    }
    return value;
  }

  private static String read(String path) {
    try (InputStream in = Resources.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("resource missing on the class path: " + path);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
