package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of a run that goes, as people meet it; needs a Chromium on the machine. */
@Tag("long")
class LivePageInBrowserTest {
  private static final long STEPS = 40;

  @TempDir Path folder;
  private final Semaphore allowed = new Semaphore(0);
  private @Nullable Browser started;
  private @Nullable CompletableFuture<Void> run;

  @BeforeEach
  void begin_a_run_and_open_a_browser() throws IOException {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(chromium.isPresent(), "no Chromium is installed");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append("Message %d, on roads and rivers.\n\n".formatted(i));
    }
    Path prose = Files.writeString(folder.resolve("prose.txt"), text);
    run = CompletableFuture.runAsync(() -> train(prose), task -> new Thread(task).start());
    started = Browser.start(chromium.get(), folder.resolve("profile"));
  }

  @AfterEach
  void end_both() {
    allowed.release((int) STEPS);
    if (run != null) {
      run.orTimeout(Browser.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
    if (started != null) {
      started.close();
    }
  }

  /** Step by step, as the test allows. */
  private void train(Path prose) {
    ReportData none = ReportData.empty("One run", "No data.", Map.of());
    try (Run<?> small =
            Run.gpt(prose)
                .preset("quick")
                .model(m -> m.vocabulary(300).sequence(16).hiddenSize(16).intermediateSize(32))
                .training(t -> t.steps(STEPS).batch(4).evalEvery(10).evalBatches(2))
                .in(folder.resolve("run"));
        LiveReport page = new LiveReport(report(), 1, none, "perplexity")) {
      page.add(small.train(page, (step, training) -> allowed.acquireUninterruptibly()));
    }
  }

  private Path report() {
    return folder.resolve(HtmlReport.NAME);
  }

  @Test
  void should_follow_the_run_keep_what_the_reader_chose_and_stop_at_its_end() throws Exception {
    takeSteps(20);
    browser().open(report(), 1280, "light");
    assertThat(shown()).contains("Running.", " of 40", "reloads every 1 s");
    browser()
        .evaluate(
            "[...document.querySelectorAll('nav button')].find(b => b.textContent.startsWith('whole')).click()");
    browser().evaluate("document.querySelector('details').open = true; window.before = true");

    takeSteps(5);
    browser().until("!window.before && document.querySelector('details[open] table')");

    assertThat(
            browser()
                .evaluate("document.querySelector('#gates button:not(.gate)').ariaPressed")
                .asText())
        .isEqualTo("true");
    allowed.release((int) STEPS);
    browser().until("!document.getElementById('live')");
    assertThat(browser().evaluate("document.querySelector('tbody th').textContent").asText())
        .isEqualTo("evomoe");
    browser().evaluate("window.before = true");
    TimeUnit.SECONDS.sleep(3);
    assertThat(browser().evaluate("window.before").asBoolean())
        .as("it is not loaded again")
        .isTrue();
    assertThat(browser().complaints()).isEmpty();
  }

  @Test
  void should_be_paused_with_the_keyboard_alone() throws Exception {
    takeSteps(20);
    browser().open(report(), 1280, "light");
    browser().press("Tab");
    assertThat(browser().evaluate("document.activeElement.id").asText()).isEqualTo("pause");
    assertThat(browser().evaluate("getComputedStyle(document.activeElement).outlineStyle").asText())
        .isEqualTo("solid");
    browser().press("Enter");
    browser().evaluate("window.before = true");
    TimeUnit.SECONDS.sleep(6);
    assertThat(browser().evaluate("window.before").asBoolean()).isTrue();

    browser().press("Enter");
    browser().until("!window.before");
    assertThat(browser().evaluate("document.activeElement.id").asText()).isEqualTo("pause");
    assertThat(browser().complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"light, 1280", "dark, 1280", "light, 390", "dark, 390"})
  void should_be_no_wider_than_the_window_and_complain_of_nothing(String scheme, int width)
      throws Exception {
    takeSteps(20);
    browser().open(report(), width, scheme);

    assertThat(shown()).contains("Running.");
    assertThat(browser().evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
        .as("pixels beyond the window")
        .isNotPositive();
    assertThat(browser().evaluate(Browser.CONTRAST + "('#live p, #live span, #live button')"))
        .hasSizeBetween(4, 5) // a sample is there after an evaluation
        .allSatisfy(contrast -> assertThat(contrast.asDouble()).isGreaterThanOrEqualTo(4.5));
    assertThat(browser().complaints()).isEmpty();
  }

  private Browser browser() {
    return Objects.requireNonNull(started);
  }

  private String shown() {
    return browser().evaluate("document.getElementById('live').textContent").asText();
  }

  /**
   * So many, and on until there is a page: one is written after a step, once a second has passed,
   * and a machine with other work may begin late and then take all steps within less.
   */
  private void takeSteps(int count) throws Exception {
    allowed.release(count);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Browser.PATIENCE_SECONDS);
    while (!Files.exists(report())) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(1100);
      if (allowed.availablePermits() == 0) {
        allowed.release();
      }
    }
  }
}
