package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.report.Html.Resources;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ClassReportTest {
  private static final String HOSTILE = "</script><script>alert('x')</script>";

  /** Of class 0 two texts are right and one is named 1; of class 1 one is right; of 2 none. */
  static ClassReport report(String label) {
    Confusion confusion = Confusion.of(new int[] {0, 0, 1, 1, 0}, new int[] {0, 0, 0, 1, 2}, 3);
    return new ClassReport(
        data(Optional.empty()),
        List.of(new ClassScores("fine-tuned", 0.5, 0.25, 0.6, 0.444)),
        Optional.of(
            new ClassEvaluation("class file x.test.tsv", List.of(label, "b", "c"), confusion)));
  }

  @Test
  void should_hold_scores_classes_curves_and_confusion_in_one_file() throws IOException {
    String html = report("a").html();

    assertThat(html)
        .startsWith("<!doctype html>")
        .contains("<th scope=\"row\">fine-tuned</th><td>50.0%</td>")
        .contains("<tr><th scope=\"row\">a</th><td>3</td><td>3</td><td>0.667</td>")
        .contains("<tr><th scope=\"row\">c</th><td>1</td><td>0</td><td>-</td><td>0.000</td>")
        .contains("On class file x.test.tsv.", "<dt>Data</dt><dd>5 texts</dd>")
        .doesNotContain("id=\"live\"")
        .doesNotContainPattern("\\{\\{\\w+}}");
    assertThat(html.replace(Resources.echarts(), ""))
        .doesNotContain("src=", "href=", "url(", "@import", "http");
    assertThat(html)
        .contains(
            "60.0% of 5 texts are predicted correctly. Most often mistaken: a as b (1), c as a (1).")
        .contains(
            "<tr><th scope=\"row\">a</th>"
                + "<td class=\"cell\" style=\"--share:0.667\" title=\"66.7% of the class\">2</td>"
                + "<td class=\"cell\" style=\"--share:0.333\" title=\"33.3% of the class\">1</td>"
                + "<td></td></tr>")
        .contains("title=\"100.0% of the class\">1</td><td></td><td></td></tr>");
    JsonNode curves = embedded(html, "data");
    assertThat(curves.get(0).get("label").asText()).isEqualTo("fine-tuned");
    assertThat(curves.get(0).get("step")).hasSize(30);
  }

  @Test
  void should_say_while_it_goes_how_far_it_is_and_nothing_of_what_is_not_measured()
      throws IOException {
    String html = live("fine-tuned: step 30 of 60").html();

    assertThat(html)
        .contains("<strong>Running.</strong> fine-tuned: step 30 of 60.", "data-seconds=\"1\"")
        .contains("<th scope=\"row\">majority class</th>", "\"label\":\"fine-tuned\"")
        .doesNotContain("id=\"confusion\"", "<h2>Classes</h2>")
        .doesNotContainPattern("\\{\\{\\w+}}");
  }

  /** A page that loads itself again every second. */
  static ClassReport live(String what) {
    return new ClassReport(
        data(
            Optional.of(
                new ReportData.Live(
                    what, 1, Instant.now(), Optional.empty(), Map.of(), Optional.empty()))),
        List.of(new ClassScores("majority class", 0.5, 0.25, 0.6, 0.444)),
        Optional.empty());
  }

  private static ReportData data(Optional<ReportData.Live> live) {
    return ReportData.empty(
            "EvoMoE fine-tuning: 3 classes, switch", "The data is tiny.", Map.of("Data", "5 texts"))
        .with(r -> r.runs(List.of(SyntheticRuns.run("fine-tuned", 0, 1, 30))).live(live));
  }

  @Test
  void should_have_a_place_for_every_chart_that_the_script_draws() {
    String html = report("a").html();

    List<String> drawn =
        Pattern.compile("lineChart\\('([a-z-]+)'")
            .matcher(Resources.local("classes.js"))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(drawn).containsExactlyInAnyOrder("loss-step", "loss-wall");
    assertThat(drawn)
        .allSatisfy(
            id ->
                assertThat(html)
                    .contains("<div id=\"" + id + "\" class=\"plot\" role=\"img\" tabindex=\"0\""));
  }

  @Test
  void should_let_no_class_become_markup() throws IOException {
    String html = report(HOSTILE).html();

    assertThat(html).doesNotContain("<script>alert").contains("&lt;/script&gt;&lt;script&gt;");
    assertThat(Pattern.compile("</script", Pattern.CASE_INSENSITIVE).matcher(html).results())
        .as("ends of the three script elements")
        .hasSize(3);
  }

  private static JsonNode embedded(String html, String id) throws IOException {
    Matcher data =
        Pattern.compile("<script type=\"application/json\" id=\"" + id + "\">(.*?)</script>")
            .matcher(html);
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1));
  }
}
