package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.internal.files.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  /** Contrast of each number with its cell, whose colours a canvas turns into bytes. */
  private static final String CELLS =
      """
      (() => {
        const brush = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const light = colour => {
          brush.fillStyle = colour;
          brush.fillRect(0, 0, 1, 1);
          const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map(c => c / 255)
            .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return [...document.querySelectorAll('.cell')].map(cell => {
          const look = getComputedStyle(cell);
          const [own, back] = [light(look.color), light(look.backgroundColor)];
          return (Math.max(own, back) + 0.05) / (Math.min(own, back) + 0.05);
        });
      })()""";

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
        .contains("60.0% of 5 texts are predicted correctly.", "Most often mistaken: a as b (1)");
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

  @ParameterizedTest
  @CsvSource({"light, 1200", "dark, 1200", "light, 390", "dark, 390"})
  void should_have_readable_cells_of_the_confusion(String scheme, int width) throws Exception {
    Path file = folder.resolve(HtmlReport.NAME);
    AtomicFile.write(file, ClassReportTest.report("a long name of a class, as some have").html());

    browser().open(file, width, scheme);

    List<Double> contrasts = new ArrayList<>();
    browser().evaluate(CELLS).forEach(contrast -> contrasts.add(contrast.asDouble()));
    assertThat(contrasts).hasSize(4).allMatch(contrast -> contrast >= 4.5);
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
