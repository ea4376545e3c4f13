package io.evomoe.bench.report;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code report.html} while runs are trained one after another: written as a step ends, where some
 * seconds have passed since it was last, at the end of each run, and when all is over. Until then
 * it says how far they are and loads itself again. It takes at most a twentieth of the time of a
 * run, and one that cannot be written stops none.
 */
public class LiveReport implements Callback, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveReport.class);
  private static final int SHARE = 20;

  private final Path file;
  private final long seconds;
  private final String metricName;
  private final LongSupplier nanoTime;
  private ReportData over;
  private String label = "";
  private String place = "";
  private @Nullable Outcome going;
  private long next;
  private boolean begun;
  private boolean warned;

  /**
   * A page that is not written yet.
   *
   * @param file report.html
   * @param seconds between two writings; 0 for once, when all is over
   * @param over all that is over
   * @param metricName name of the metric of the runs
   */
  public LiveReport(Path file, long seconds, ReportData over, String metricName) {
    this(file, seconds, over, metricName, System::nanoTime);
  }

  LiveReport(Path file, long seconds, ReportData over, String metricName, LongSupplier nanoTime) {
    this.file = file;
    this.seconds = seconds;
    this.over = over;
    this.metricName = metricName;
    this.nanoTime = nanoTime;
  }

  /**
   * A run begins.
   *
   * @param runLabel name of the run in the page; empty for that of its gate
   * @param which of how many, for people; empty of one
   */
  public final void begin(String runLabel, String which) {
    label = runLabel;
    place = which;
  }

  /** A run is over, or was stopped. */
  public final void add(Outcome outcome) {
    replace(over.plus(outcome));
  }

  /** All that is over by now, the run that went included. */
  public final void replace(ReportData all) {
    over = all;
    going = null;
  }

  /** All that is over, and last the run that goes, or was broken off, where there is one. */
  public final ReportData shown() {
    return going == null ? over : over.plus(going);
  }

  /** The page that shows it. */
  protected String html(ReportData data) {
    return HtmlReport.html(data);
  }

  /** Short runs are over before there is a page of them. */
  @Override
  public void onStart(Training training) {
    if (!begun) {
      begun = true;
      next = nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(seconds);
    }
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    if (seconds > 0 && nanoTime.getAsLong() - next >= 0) {
      remember(training);
      writeLive();
    }
  }

  private void remember(Training training) {
    RecordedRun run = training.recorded();
    if (!run.steps().isEmpty()) {
      Outcome upToNow = new Outcome(RunResult.of(run, training.plannedSteps(), metricName), run);
      going = label.isEmpty() ? upToNow : upToNow.labelled(label);
    }
  }

  @Override
  public void onEnd(Training training) {
    remember(training);
  }

  /** Writes the page between two runs. */
  public final void settle() {
    if (seconds > 0) {
      writeLive();
    }
  }

  private void writeLive() {
    long began = nanoTime.getAsLong();
    try {
      Optional<RunResult> running = Optional.ofNullable(going).map(Outcome::result);
      String what = running.map(LiveReport::progress).orElse("Between two runs");
      String which = place.isEmpty() ? what : what + ", " + place;
      ReportData.Live live = new ReportData.Live(which, seconds, Instant.now(), running);
      write(shown().during(live));
    } catch (RuntimeException e) {
      if (!warned) {
        warned = true;
        log.warn("The report cannot be written: {}", e.getMessage());
      }
    }
    long took = nanoTime.getAsLong() - began;
    next = began + took + Math.max(TimeUnit.SECONDS.toNanos(seconds), SHARE * took);
  }

  private static String progress(RunResult run) {
    return String.format(
        Locale.ROOT, "%s: step %d of %d", run.gate(), run.steps(), run.plannedSteps());
  }

  /**
   * Writes the page of what is over, if anything is.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  @Override
  public void close() {
    ReportData data = shown();
    if (!data.results().isEmpty() || !data.runs().isEmpty()) {
      write(data);
    }
  }

  /** A folder that somebody has deleted while the run went is not made again. */
  private void write(ReportData data) {
    Path folder = file.toAbsolutePath().getParent();
    if (!begun || folder == null || Files.exists(folder)) {
      AtomicFile.write(file, html(data));
    }
  }
}
