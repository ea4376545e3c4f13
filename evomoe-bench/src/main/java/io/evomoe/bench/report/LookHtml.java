package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import io.evomoe.bench.report.ReportData.Look;
import io.evomoe.bench.report.TextTable.Format;
import io.evomoe.run.record.DataChange;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.ExpertUse.Expert;
import io.evomoe.training.ExpertUse.Taken;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parts of the report on texts: samples, tokens of experts and changes of the data. */
final class LookHtml {
  private LookHtml() {}

  /** The samples at the end of runs; empty if there are none. */
  static String samples(List<Look> looks) {
    String all =
        looks.stream()
            .filter(look -> !look.samples().isEmpty())
            .map(look -> folded(looks, title(look), texts(look)))
            .collect(joining("\n"));
    return section(
        "Samples",
        all,
        "Each begins with a validation text. The model continues it after …, or translates it after"
            + " → (in parentheses the translation in the data).");
  }

  /** The text of a look during a run. */
  static String texts(Look look) {
    return look.samples().stream()
        .map(text -> "<pre class=\"sample\">" + Html.escape(text) + "</pre>")
        .collect(joining("\n"));
  }

  static String title(Look look) {
    return String.format(Locale.ROOT, "%s, after step %,d", look.run(), look.step());
  }

  /** Which tokens each expert takes; empty if no run has experts. */
  static String experts(List<Look> looks) {
    String all =
        looks.stream()
            .flatMap(
                look ->
                    look.experts().stream()
                        .map(use -> folded(looks, look.run() + ", " + use.layer(), table(use))))
            .collect(joining("\n"));
    return section(
        "Expert use by token",
        all,
        "A validation token counts for the expert that has the highest weight. Listed are tokens"
            + " that an expert takes more often than its share of all tokens, the highest factor"
            + " first, then the most frequent. ␣ is a space, ↵ a line break, ⇥ a tab.");
  }

  private static String table(ExpertUse use) {
    StringBuilder rows = new StringBuilder();
    for (int e = 0; e < use.experts().size(); e++) {
      Expert expert = use.experts().get(e);
      rows.append(
          "<tr><th scope=\"row\">%d</th><td>%s</td><td class=\"tokens\">%s</td></tr>%n"
              .formatted(
                  e,
                  Format.percent(expert.share()),
                  expert.top().stream().map(LookHtml::token).collect(joining(" "))));
    }
    return Html.table(
        use.layer(), List.of("expert", "share", "tokens it takes most"), rows.toString());
  }

  private static String token(Taken token) {
    return String.format(
        Locale.ROOT,
        "<code title=\"%,d times, factor %.1f\">%s</code>",
        token.count(),
        token.factor(),
        Html.escape(visible(token.text())));
  }

  /** White space and characters without a glyph can be seen. */
  static String visible(String text) {
    return text.codePoints().mapToObj(LookHtml::visible).collect(Collectors.joining());
  }

  private static String visible(int c) {
    return switch (c) {
      case ' ' -> "␣";
      case '\n' -> "↵";
      case '\t' -> "⇥";
      default ->
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.SURROGATE,
                Character.PRIVATE_USE,
                Character.UNASSIGNED,
                Character.SPACE_SEPARATOR,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR ->
                String.format(Locale.ROOT, "U+%04X", c);
            default -> Character.toString(c);
          };
    };
  }

  /** What is said of changes of the data, below the chart that marks them. */
  static String changes(List<DataChange> changes) {
    return changes.stream()
        .map(
            change ->
                "<p class=\"hint change\">%s</p>"
                    .formatted(
                        Html.escape(
                            String.format(
                                Locale.ROOT,
                                "Until step %,d the data is %s, then %s. Losses before and after"
                                    + " cannot be compared.",
                                change.step(),
                                change.before(),
                                change.after()))))
        .collect(joining("\n"));
  }

  /** Names of the files without their folders. */
  static String label(DataChange change) {
    return "data: "
        + Stream.of(change.after().split(" and ", -1))
            .map(path -> String.valueOf(Path.of(path).getFileName()))
            .collect(joining(", "));
  }

  /** One of several is closed. */
  private static String folded(List<Look> looks, String title, String content) {
    return "<details%s>%n<summary>%s</summary>%n%s%n</details>"
        .formatted(looks.size() == 1 ? " open" : "", Html.escape(title), content);
  }

  private static String section(String title, String content, String hint) {
    return content.isEmpty()
        ? ""
        : """
        <section class="card below" aria-label="%s">
        <h2>%s</h2>
        %s
        <p class="hint">%s</p>
        </section>"""
            .formatted(title, title, content, hint);
  }
}
