package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.testing.OtherDigits;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveReportTest {
  private static final ReportData NONE = ReportData.empty("Two runs", "No data.", Map.of());

  @TempDir Path folder;
  private long now;

  @Test
  void should_write_every_so_many_seconds_and_say_how_far_the_run_is() throws IOException {
    List<Long> written = new ArrayList<>();
    try (LiveReport page = page(10)) {
      train(
          page,
          35,
          35,
          step -> {
            if (Files.exists(file()) && !written.contains(shown())) {
              written.add(shown());
            }
          });
    }

    assertThat(written).containsExactly(10L, 20L, 30L);
  }

  @Test
  void should_load_itself_again_until_all_is_over() throws IOException {
    try (LiveReport page = page(5)) {
      train(page, 7, 7, this::assertRunningAfter6);
      page.replace(SyntheticRuns.comparison(List.of("switch"), 1, 7));
      page.settle();
      assertThat(Files.readString(file())).contains("Between two runs, run 1 of 2.");
    }

    assertThat(Files.readString(file()))
        .contains(">switch</th>")
        .doesNotContain("id=\"live\"", "http-equiv=\"refresh\"", "(running");
  }

  @Test
  void should_load_itself_again_whatever_digits_the_locale_has() throws IOException {
    try (OtherDigits digits = new OtherDigits();
        LiveReport page = page(5)) {
      train(page, 6, 7, this::assertRunningAfter6);
    }
  }

  @Test
  void should_show_a_run_that_broke_off_as_one_that_was_interrupted() throws IOException {
    try (LiveReport page = page(10)) {
      train(page, 4, 7, step -> {});
    }

    assertThat(Files.readString(file()))
        .contains(">switch (interrupted at step 4 of 7)</th>")
        .doesNotContain("id=\"live\"");
  }

  @Test
  void should_show_a_run_once_when_it_is_over() throws IOException {
    FakeTraining training = new FakeTraining(new RunName("gpt", "switch", 1), 7);
    try (LiveReport page = page(10)) {
      train(page, training, 7, step -> {});
      page.add(
          new Outcome(RunResult.of(training.recorded(), 7, "perplexity"), training.recorded()));
    }

    assertThat(Files.readString(file())).containsOnlyOnce(">switch</th>");
  }

  @Test
  void should_show_at_the_top_how_far_the_run_is_and_a_text() throws IOException {
    FakeTraining training = new FakeTraining(new RunName("gpt", "switch", 1), 100);
    training.showing(Map.of("continued", "The … <road>"), List.of());
    try (LiveReport page = page(10)) {
      train(page, training, 30, step -> {});
      assertThat(Files.readString(file()))
          .containsSubsequence(
              "id=\"live\"",
              "<dt>training loss</dt><dd>2.5000</dd>",
              "<dt>validation loss</dt><dd>2.0000</dd>",
              "<dt>step</dt><dd>30 of 100</dd>",
              "<dt>time left</dt><dd>1m 10s</dd>",
              "Sample of switch, seed 1, after step 21",
              "The … &lt;road&gt;",
              "<h2>Summary</h2>")
          .doesNotContain("<h2>Samples</h2>");
    }

    assertThat(Files.readString(file()))
        .containsSubsequence("<h2>Samples</h2>", "switch, seed 1, after step 30", "&lt;road&gt;")
        .doesNotContain("id=\"live\"");
  }

  @Test
  void should_take_few_samples_and_go_on_without_one_that_fails() throws IOException {
    List<Integer> taken = new ArrayList<>();
    FakeTraining training =
        new FakeTraining(new RunName("gpt", "switch", 1), 100) {
          @Override
          public Map<String, String> samples(int most) {
            taken.add(most);
            throw new IllegalStateException("it diverges");
          }
        };
    try (LiveReport page = page(10)) {
      train(page, training, 3, step -> {});
    }
    assertThat(taken).endsWith(3);
    assertThat(file()).exists();

    List<Long> sampled = new ArrayList<>();
    FakeTraining fine =
        new FakeTraining(new RunName("gpt", "switch", 1), 100) {
          @Override
          public Map<String, String> samples(int most) {
            sampled.add(progress().step());
            return Map.of("continued", "text");
          }
        };
    try (LiveReport page = page(10)) {
      train(page, fine, 25, step -> {});
    }
    assertThat(sampled).containsExactly(1L, 11L, 21L, 25L);
  }

  @Test
  void should_look_at_no_model_of_a_study() throws IOException {
    FakeTraining training = new FakeTraining(new RunName("gpt", "switch", 1), 100);
    training.showing(Map.of("continued", "The road"), List.of());
    try (LiveReport page = page(10).withoutLooks()) {
      train(page, training, 30, step -> {});
    }

    assertThat(Files.readString(file())).doesNotContain("The road");
  }

  @Test
  void should_write_once_where_that_is_asked_for_and_nothing_of_nothing() {
    try (LiveReport page = page(0)) {
      train(page, 30, 30, step -> assertThat(file()).doesNotExist());
    }
    assertThat(file()).exists();

    Path other = folder.resolve("other.html");
    new LiveReport(other, 10, NONE, "perplexity", () -> now).close();
    assertThat(other).doesNotExist();
  }

  @Test
  void should_stop_no_run_by_a_page_that_cannot_be_written() throws IOException {
    Files.createDirectories(file().resolve("in-its-place"));
    LiveReport page = page(1);

    train(page, 5, 5, step -> {});

    assertThat(file().resolve("in-its-place")).isDirectory();
  }

  /** The page is of step 5, and loads itself again every 5 seconds. */
  private void assertRunningAfter6(long step) throws IOException {
    if (step == 6) {
      assertThat(Files.readString(file()))
          .contains("switch: step 5 of 7, run 1 of 2.", "data-seconds=\"5\"")
          .contains(">switch (running, step 5 of 7)</th>", "\"switch (running)\"")
          .contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>");
    }
  }

  private LiveReport page(long seconds) {
    LiveReport page = new LiveReport(file(), seconds, NONE, "perplexity", () -> now);
    page.begin("", "run 1 of 2");
    return page;
  }

  private Path file() {
    return folder.resolve(HtmlReport.NAME);
  }

  /** The step that the page is of. */
  private long shown() throws IOException {
    String html = Files.readString(file());
    int at = html.indexOf("switch: step ") + "switch: step ".length();
    return Long.parseLong(html.substring(at, html.indexOf(' ', at)));
  }

  private interface Look {
    void after(long step) throws IOException;
  }

  /** Steps of a second each. */
  private void train(LiveReport page, int steps, int planned, Look look) {
    train(page, new FakeTraining(new RunName("gpt", "switch", 1), planned), steps, look);
  }

  private void train(LiveReport page, FakeTraining training, int steps, Look look) {
    page.onStart(training);
    for (int step = 1; step <= steps; step++) {
      now += TimeUnit.SECONDS.toNanos(1);
      training.take(report(step), page);
      try {
        look.after(step);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    page.onEnd(training);
  }

  private static StepRecord report(long step) {
    return StepRecords.at(step).valid(2).seconds(1).record();
  }
}
