package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.internal.files.AtomicFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of a fine-tuning that goes, and of one that is over; needs a Chromium. */
@Tag("long")
class ClassPageInBrowserTest {

  @TempDir Path folder;
  private @Nullable Browser started;

  @BeforeEach
  void open_a_browser() {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(chromium.isPresent(), "no Chromium is installed");
    started = Browser.start(chromium.get(), folder.resolve("profile"));
  }

  @AfterEach
  void close_it() {
    if (started != null) {
      started.close();
    }
  }

  @Test
  void should_follow_the_training_and_end_with_what_it_takes_for_which() throws Exception {
    Path file = folder.resolve(HtmlReport.NAME);
    AtomicFile.write(file, ClassReportTest.live("fine-tuned: step 30 of 60").html());
    browser().open(file, 1280, "light");
    assertThat(text("#live")).contains("Running. fine-tuned: step 30 of 60.");
    assertThat(browser().evaluate("!!document.querySelector('#loss-step canvas')").asBoolean())
        .isTrue();
    assertThat(browser().evaluate("!document.getElementById('confusion')").asBoolean()).isTrue();

    AtomicFile.write(file, ClassReportTest.report("a").html());

    browser().until("!document.getElementById('live') && document.querySelector('#confusion td')");
    assertThat(text("#confusion"))
        .contains("60.0% of 5 texts are named right.", "Most often mistaken: a named b (1)");
    assertThat(browser().complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"light, 1280", "dark, 390"})
  void should_be_no_wider_than_the_window_while_it_goes(String scheme, int width) throws Exception {
    Path file = folder.resolve(HtmlReport.NAME);
    AtomicFile.write(file, ClassReportTest.live("fine-tuned: step 30 of 60").html());

    browser().open(file, width, scheme);

    assertThat(browser().evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
        .as("pixels beyond the window")
        .isNotPositive();
    assertThat(browser().complaints()).isEmpty();
  }

  private Browser browser() {
    return Objects.requireNonNull(started);
  }

  private String text(String selector) {
    return browser()
        .evaluate("document.querySelector('" + selector + "').textContent")
        .asText()
        .strip();
  }
}
