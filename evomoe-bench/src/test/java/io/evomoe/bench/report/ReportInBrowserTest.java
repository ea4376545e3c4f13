package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.bench.report.ReportData.Look;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.ExpertUse.Expert;
import io.evomoe.training.ExpertUse.Taken;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report as people meet it; needs a Chromium on the machine. */
@Tag("long")
class ReportInBrowserTest {
  private static final String LOSS = "document.getElementById('loss-step')";

  /** Of each chart whether it has a picture, and its words. */
  private static final String CHARTS =
      "[...document.querySelectorAll('.plot')].map(plot => ({drawn: plot.querySelector('canvas') !=="
          + " null, role: plot.getAttribute('role'), words: plot.getAttribute('aria-label')}))";

  @TempDir static Path folder;
  private static Optional<Browser> browser = Optional.empty();
  private static Path report = Path.of("");

  @BeforeAll
  static void open_a_browser() {
    report = folder.resolve(HtmlReport.NAME);
    ReportData all = SyntheticRuns.comparison(List.of("evomoe", "switch", "dense"), 2, 240);
    List<RunResult> results = new ArrayList<>(all.results());
    results.set(5, SyntheticRuns.interrupted(results.get(5), 500));
    HtmlReport.write(report, all.withResults(results));
    browser =
        Browser.installed().map(chromium -> Browser.start(chromium, folder.resolve("profile")));
  }

  @BeforeEach
  void leave_out_where_there_is_none() {
    assumeTrue(browser.isPresent(), "no Chromium is installed");
  }

  @AfterAll
  static void close_it() {
    browser.ifPresent(Browser::close);
  }

  @AfterEach
  void the_page_should_have_complained_of_nothing() {
    browser.ifPresent(page -> assertThat(page.complaints()).isEmpty());
  }

  @Test
  void should_draw_every_chart_and_say_its_result() {
    page().open(report, 1280, "light");

    JsonNode charts = page().evaluate(CHARTS);

    assertThat(charts).hasSize(11 + 4);
    assertThat(charts)
        .allSatisfy(
            chart -> {
              assertThat(chart.get("drawn").asBoolean()).isTrue();
              assertThat(chart.get("role").asText()).isEqualTo("img");
              assertThat(chart.get("words").asText()).doesNotContain("NaN", "undefined", "null");
            });
    assertThat(charts.get(0).get("words").asText())
        .matches(
            "Loss by step\\. validation loss: evomoe from [\\d.]+ to [\\d.]+ \\(lowest at the end\\);"
                + " switch from .* dense \\(interrupted at step 240 of 500\\) from .*");
    assertThat(charts.get(11).get("words").asText())
        .matches(
            "Load per expert of evomoe, seed 1\\. .* from [\\d.]+% to [\\d.]+% over 8 experts,"
                + " 12\\.5% would be even\\.");
  }

  /** As of a model that has learned its texts by heart. */
  @Test
  void should_show_a_held_out_loss_that_rises_again() {
    ReportData all = SyntheticRuns.comparison(List.of("dense"), 1, 240);
    RecordedRun run = all.runs().get(0);
    List<StepRecord> rows = run.steps().stream().map(ReportInBrowserTest::rising).toList();
    Path rising = folder.resolve("rising.html");
    HtmlReport.write(rising, all.withRuns(List.of(new RecordedRun(run.name(), rows, List.of()))));

    page().open(rising, 1280, "light");

    String highest = "echarts.getInstanceByDom(%s).getOption().yAxis[0].max".formatted(LOSS);
    assertThat(page().evaluate(highest).asDouble()).isBetween(20.0, 21.0);
    page().open(report, 1280, "light");
    assertThat(page().evaluate(highest).asDouble()).isBetween(1.0, 5.0);
  }

  private static StepRecord rising(StepRecord row) {
    boolean late = row.evaluated() && row.step() > 120;
    return late ? row.evaluated(20, row.routingFluctuation()) : row;
  }

  @Test
  void should_be_used_with_the_keyboard_alone() {
    page().open(report, 1280, "light");

    tabTo("plot");
    assertThat(page().evaluate("document.activeElement === " + LOSS).asBoolean()).isTrue();
    assertThat(outline(LOSS + ".closest('.card')")).isEqualTo("solid");
    page().press("ArrowRight");
    assertThat(once(LOSS + ".querySelector('.tip')?.textContent").asText())
        .startsWith("steps: 10validation losstraining loss")
        .contains("evomoe", "switch");
    page().press("Tab");
    assertThat(outline("document.activeElement")).isEqualTo("solid");
    page().press("Enter");
    assertThat(page().evaluate("document.activeElement.parentElement.open").asBoolean()).isTrue();
    assertThat(table().get(0)).hasSize(9);
    assertThat(table().get(1).get(0).asText()).isEqualTo("10");

    page().evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()");
    page().open(report, 1280, "light");
    tabTo("gate");
    page().press(" ");
    assertThat(page().evaluate(LOSS + ".getAttribute('aria-label')").asText())
        .doesNotContain("evomoe")
        .contains("switch");
  }

  @ParameterizedTest
  @CsvSource({"light, 1280", "dark, 1280", "light, 390", "dark, 390"})
  void should_be_readable_and_no_wider_than_the_window(String scheme, int width) {
    page().open(report, width, scheme);

    assertThat(contrasts(".glyph")).hasSize(4).allMatch(contrast -> contrast >= 3);
    assertThat(contrasts("h2, td, th, p, dt, dd, summary, button"))
        .hasSizeGreaterThan(100)
        .allMatch(contrast -> contrast >= 4.5);
    assertThat(page().evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
        .as("pixels beyond the window")
        .isNotPositive();
  }

  @ParameterizedTest
  @CsvSource({"light, 1200", "dark, 1200", "light, 390", "dark, 390"})
  void should_show_results_before_settings_and_mark_other_data(String scheme, int width) {
    Path whole = folder.resolve("whole.html");
    List<Taken> tokens =
        IntStream.range(0, 12).mapToObj(i -> new Taken("token <script> " + i, 5, 2)).toList();
    Expert expert = new Expert(0.5, tokens);
    ExpertUse use = new ExpertUse("blocks.1.moe", List.of(expert, expert));
    HtmlReport.write(
        whole,
        SyntheticRuns.comparison(List.of("evomoe"), 1, 240)
            .with(
                r ->
                    r.looks(List.of(new Look("evomoe", 240, List.of("A … text."), List.of(use))))
                        .changes(List.of(new DataChange(100, "/a/x.txt", "/b/y.txt")))));

    page().open(whole, width, scheme);

    String tops =
        "[...document.querySelectorAll('%s')].map(node => node.getBoundingClientRect().top)"
            .formatted("h2, #settings");
    List<Double> places = new ArrayList<>();
    page().evaluate(tops).forEach(top -> places.add(top.asDouble()));
    assertThat(places).hasSizeGreaterThan(10).last().isEqualTo(Collections.max(places));
    assertThat(page().evaluate("document.getElementById('settings').open").asBoolean()).isFalse();
    assertThat(page().evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
        .as("pixels beyond the window")
        .isNotPositive();
    assertThat(contrasts("code, pre, .change"))
        .hasSize(2 * 12 + 2)
        .allMatch(contrast -> contrast >= 4.5);
    assertThat(page().evaluate("document.querySelectorAll('script').length").asInt()).isEqualTo(3);
    assertThat(page().evaluate(LOSS + ".getAttribute('aria-label')").asText())
        .endsWith("After step 100 other data: y.txt.");
    assertThat(
            page()
                .evaluate(
                    "echarts.getInstanceByDom(%s).getOption().series[0].markLine.data[0].xAxis"
                        .formatted(LOSS))
                .asInt())
        .isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"light", "dark"})
  void should_tell_a_dozen_gates_apart(String scheme) {
    Path many = folder.resolve("many.html");
    List<String> gates = IntStream.rangeClosed(1, 12).mapToObj(i -> "gate" + i).toList();
    HtmlReport.write(many, SyntheticRuns.comparison(gates, 1, 30));
    page().open(many, 1280, scheme);

    assertThat(contrasts("nav .glyph")).hasSize(12).allMatch(contrast -> contrast >= 3);
    assertThat(
            page()
                .evaluate(
                    "[...document.querySelectorAll('nav .glyph')].map(node => node.textContent +"
                        + " node.style.color)"))
        .doesNotHaveDuplicates();
  }

  private static Browser page() {
    return browser.orElseThrow();
  }

  private static void tabTo(String type) {
    for (int i = 0; i < 50; i++) {
      page().press("Tab");
      if (page()
          .evaluate("document.activeElement.classList.contains('" + type + "')")
          .asBoolean()) {
        return;
      }
    }
    throw new AssertionError("the tab key reaches no " + type);
  }

  private static String outline(String node) {
    return page().evaluate("getComputedStyle(" + node + ").outlineStyle").asText();
  }

  /** The cells of the table that is open. */
  private static JsonNode table() {
    return once(
        "(rows => rows.length ? rows : null)([...document.querySelectorAll('details[open] tr')]"
            + ".map(row => [...row.children].map(cell => cell.textContent)))");
  }

  /** The value of an expression as soon as it has one: what the page does comes a moment later. */
  private static JsonNode once(String expression) {
    return page()
        .evaluate(
            "new Promise(done => { const look = () => { const value = %s; value ? done(value) :"
                    .formatted(expression)
                + " setTimeout(look, 20); }; look(); })");
  }

  private static List<Double> contrasts(String selector) {
    List<Double> contrasts = new ArrayList<>();
    page()
        .evaluate(Browser.CONTRAST + "('" + selector + "')")
        .forEach(n -> contrasts.add(n.asDouble()));
    return contrasts;
  }
}
