package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.report.Html.Resources;
import io.evomoe.bench.report.ReportData.Look;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.ExpertUse.Expert;
import io.evomoe.training.ExpertUse.Taken;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {

  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);
  private static final String HOSTILE = "</script><script>alert('x & \"y\"')</script><!--";

  @TempDir Path folder;

  @Test
  void should_hold_description_summary_note_and_charts_in_one_file() throws IOException {
    ReportData data = SyntheticRuns.comparison(List.of("evomoe", "dense"), 2, 30);
    Path file = folder.resolve("out").resolve(HtmlReport.NAME);

    HtmlReport.write(file, data);

    String html = Files.readString(file);
    assertThat(html)
        .startsWith("<!doctype html>")
        .contains("<dt>preset</dt><dd>quick: 4 layers, d_model 128, 8 experts</dd>")
        .contains("<th scope=\"col\">perplexity</th>", "<th scope=\"col\">seeds</th>", " ± ")
        .contains("<title>EvoMoE comparison: gpt</title>", "<p>The data is tiny.</p>")
        .contains("Licensed to the Apache Software Foundation")
        .doesNotContainPattern("\\{\\{\\w+}}");
  }

  @Test
  void should_load_nothing_from_outside() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("evomoe"), 1, 5));

    assertThat(html.replace(Resources.echarts(), ""))
        .hasSizeLessThan(50_000)
        .doesNotContain("src=", "href=", "url(", "@import", "http");
  }

  @Test
  void should_list_the_description_in_its_order() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("hash"), 1, 5));

    assertThat(html)
        .containsSubsequence("<dt>data", "<dt>preset", "<dt>commit", "<dt>machine", "<dt>command");
  }

  @Test
  void should_embed_the_curves_as_json() throws IOException {
    ReportData data = SyntheticRuns.comparison(List.of("evomoe", "switch"), 2, 30);

    JsonNode runs = embedded(HtmlReport.html(data));

    assertThat(runs).hasSize(4);
    JsonNode first = runs.get(0);
    assertThat(first.get("label").asText()).isEqualTo("evomoe");
    assertThat(first.get("step")).hasSize(30);
    assertThat(first.get("stepSeconds")).hasSize(30);
    assertThat(first.get("deadExperts")).hasSize(30);
    assertThat(first.get("auxLoss")).hasSize(30);
    assertThat(first.get("auxLoss").get(29).asDouble()).isEqualTo(0.01);
    assertThat(first.get("routingFluctuation")).hasSize(30);
    assertThat(first.get("routingFluctuation").get(0).isNull()).isTrue();
    assertThat(first.get("routingFluctuation").get(29).asDouble()).isEqualTo(0.0666667);
    assertThat(first.get("temperature").get(0).isNull()).isTrue();
    assertThat(first.get("load").get(1).get("layer").asText()).isEqualTo("blocks.3.moe");
  }

  @Test
  void should_have_a_place_for_every_chart_that_the_script_draws() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("evomoe"), 1, 5));

    List<String> drawn =
        Pattern.compile("lineChart\\('([a-z-]+)'")
            .matcher(html)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(drawn).contains("dead", "fluctuation", "aux");
    assertThat(drawn)
        .allSatisfy(id -> assertThat(html).contains("<div id=\"" + id + "\" class=\"plot\""));
  }

  @Test
  void should_make_every_chart_an_image_with_a_name_that_the_tab_key_reaches() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("evomoe"), 1, 5));

    List<String> charts =
        Pattern.compile("<figure.*?</figure>", Pattern.DOTALL)
            .matcher(html)
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(charts).hasSize(11);
    assertThat(charts)
        .allSatisfy(
            chart ->
                assertThat(chart)
                    .containsPattern("<h2>(.+)</h2>[\\s\\S]*aria-label=\"\\1\"")
                    .contains("role=\"img\" tabindex=\"0\""));
  }

  @Test
  void should_name_the_rows_of_its_tables_and_let_the_tab_key_reach_wide_ones() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("evomoe", "switch"), 2, 5));

    assertThat(html)
        .contains("<tr><th scope=\"row\">switch</th><td>1</td>")
        .contains("<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Runs\">")
        .contains("role=\"region\" tabindex=\"0\" aria-label=\"Means over seeds\">");
  }

  @Test
  void should_let_an_interrupted_run_stand_for_itself_in_the_charts() throws IOException {
    ReportData all = SyntheticRuns.comparison(List.of("switch"), 2, 30);
    RunResult second = SyntheticRuns.interrupted(all.results().get(1), 40);
    ReportData data = all.withResults(List.of(all.results().get(0), second));

    JsonNode runs = embedded(HtmlReport.html(data));

    assertThat(runs.get(0).get("label").asText()).isEqualTo("switch");
    assertThat(runs.get(1).get("label").asText())
        .isEqualTo("switch (interrupted at step 30 of 40)");
  }

  @Test
  void should_let_no_name_become_markup() throws IOException {
    String gate = HOSTILE.replace("\"", "");
    RoutingReport routing = new RoutingReport(HOSTILE, 1, List.of(1), List.of(), 0, 0, List.of());
    RecordedRun run = SyntheticRuns.run(gate, 0, 1, 3);
    Expert expert = new Expert(1, List.of(new Taken(HOSTILE, 5, 2)));
    Look look =
        new Look(HOSTILE, 3, List.of(HOSTILE), List.of(new ExpertUse(HOSTILE, List.of(expert))));
    ReportData data =
        ReportData.empty(HOSTILE, HOSTILE, Map.of(HOSTILE, HOSTILE))
            .plus(
                new Outcome(
                    SyntheticRuns.result(run),
                    new RecordedRun(new RunName("gpt", gate, 1), run.steps(), List.of(routing))))
            .with(
                r -> r.looks(List.of(look)).changes(List.of(new DataChange(2, HOSTILE, HOSTILE))));

    String html = HtmlReport.html(data);

    assertThat(html).doesNotContain("<script>alert");
    assertThat(html)
        .contains("&lt;/script&gt;&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)");
    assertThat(Pattern.compile("</script", Pattern.CASE_INSENSITIVE).matcher(html).results())
        .as("ends of the three script elements")
        .hasSize(3);
    JsonNode embedded = embedded(html).get(0);
    assertThat(embedded.get("label").asText()).isEqualTo(gate);
    assertThat(embedded.get("load").get(0).get("layer").asText()).isEqualTo(HOSTILE);
  }

  @Test
  void should_show_texts_tokens_of_experts_and_a_change_of_the_data() throws IOException {
    Expert expert = new Expert(0.25, List.of(new Taken(" a\n\t\u00a0\u200b<b>", 5, 2)));
    Look look =
        new Look(
            "evomoe, seed 1",
            30,
            List.of("The … road\n<i>"),
            List.of(new ExpertUse("blocks.1.moe", List.of(expert))));
    ReportData data =
        SyntheticRuns.comparison(List.of("evomoe"), 1, 30)
            .with(
                r ->
                    r.looks(List.of(look))
                        .changes(List.of(new DataChange(20, "/a/x.txt", "/b/y.txt and /b/z"))));

    String html = HtmlReport.html(data);

    assertThat(html)
        .contains("<pre class=\"sample\">The … road\n&lt;i&gt;</pre>")
        .contains("<summary>evomoe, seed 1, blocks.1.moe</summary>")
        .contains("<tr><th scope=\"row\">0</th><td>25.0%</td>")
        .contains("title=\"5 times, factor 2.0\">␣a↵⇥U+00A0U+200B&lt;b&gt;</code>")
        .contains("Until step 20 the data is /a/x.txt, then /b/y.txt and /b/z.");
    assertThat(embedded(html).get(0).get("changes").toString())
        .isEqualTo("[{\"step\":20,\"label\":\"data: y.txt, z\"}]");
  }

  @Test
  void should_put_the_settings_below_the_results() {
    String html = HtmlReport.html(SyntheticRuns.comparison(List.of("evomoe"), 1, 5));

    assertThat(html)
        .containsSubsequence(
            "<h2>Summary</h2>",
            "id=\"loss-step\"",
            "<details class=\"card below\" id=\"settings\">",
            "<dt>data")
        .doesNotContain("id=\"settings\" open");
  }

  @Test
  void should_not_fill_placeholders_that_come_from_the_data() {
    assertThat(Resources.fill("{{a}} {{b}}", Map.of("a", "{{b}} $1 \\", "b", "x")))
        .isEqualTo("{{b}} $1 \\ x");
    assertThatIllegalStateException()
        .isThrownBy(() -> Resources.fill("{{c}}", Map.of()))
        .withMessageContaining("c");
  }

  @Test
  void should_make_a_report_of_a_comparison_without_runs() throws IOException {
    String html = HtmlReport.html(ReportData.empty("Nothing", "No data.", Map.of()));

    assertThat(embedded(html)).isEmpty();
  }

  private static JsonNode embedded(String html) throws IOException {
    Matcher data = DATA.matcher(html);
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1));
  }
}
