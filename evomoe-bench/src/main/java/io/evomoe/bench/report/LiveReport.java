package io.evomoe.bench.report;

import io.evomoe.bench.report.ReportData.Live;
import io.evomoe.bench.report.ReportData.Look;
import io.evomoe.bench.report.TextTable.Format;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.Callback;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  private static final int SAMPLES = 3;
  private static final int RECENT = 50;

  private final Path file;
  private final long seconds;
  private final String metricName;
  private final LongSupplier nanoTime;
  private ReportData over;
  private String label = "";
  private String place = "";
  private @Nullable Outcome going;
  private final List<Look> looks = new ArrayList<>();
  private @Nullable Look sample;
  private boolean looking = true;
  private long next;
  private long nextSample;
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

  /** Leaves out generated texts and the use of experts, which would be too many. */
  public final LiveReport withoutLooks() {
    looking = false;
    return this;
  }

  /** Whether a run has begun since. */
  public final boolean isBegun() {
    return begun;
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
    return (going == null ? over : over.plus(going)).withLooks(looks);
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

  /** Takes a sample: another one when the page was due again, and all of them took little time. */
  @Override
  public void onEvaluation(StepRecord step, Training training) {
    long began = nanoTime.getAsLong();
    if (looking && seconds > 0 && (sample == null || began - nextSample >= 0)) {
      sample = look(training, 1).orElse(null);
      nextSample = following(began);
    }
  }

  /** A text does not stop a run, e.g. one that diverges. */
  private Optional<Look> look(Training training, int samples) {
    try {
      List<String> texts = List.copyOf(training.samples(samples).values());
      boolean routes = samples > 1 && !training.recorded().lastRouting().isEmpty();
      List<ExpertUse> experts = routes ? training.expertUse() : List.of();
      return texts.isEmpty() && experts.isEmpty()
          ? Optional.empty()
          : Optional.of(new Look(name(training), training.progress().step(), texts, experts));
    } catch (RuntimeException e) {
      log.warn("The report shows no text of the model: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private String name(Training training) {
    RunName name = training.name();
    return label.isEmpty() ? "%s, seed %d".formatted(name.gate(), name.seed()) : label;
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
    List<StepRecord> steps = training.recorded().steps();
    // A run that is stopped ends at once.
    if (looking && !steps.isEmpty() && steps.get(steps.size() - 1).evaluated()) {
      look(training, SAMPLES).ifPresent(looks::add);
    }
    sample = null;
  }

  /** Returns texts that the last run generated at its end; empty if it generates none. */
  public final List<String> texts() {
    return looks.isEmpty() ? List.of() : looks.get(looks.size() - 1).samples();
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
      Map<String, String> numbers =
          going == null ? Map.of() : numbers(going.recorded(), going.result());
      Live live =
          new Live(which, seconds, Instant.now(), running, numbers, Optional.ofNullable(sample));
      write(shown().withLive(Optional.of(live)));
    } catch (RuntimeException e) {
      if (!warned) {
        warned = true;
        log.warn("The report cannot be written: {}", e.getMessage());
      }
    }
    next = following(began);
  }

  private long following(long began) {
    long took = nanoTime.getAsLong() - began;
    return began + took + Math.max(TimeUnit.SECONDS.toNanos(seconds), SHARE * took);
  }

  private static Map<String, String> numbers(RecordedRun run, RunResult result) {
    List<StepRecord> steps = run.steps();
    StepRecord last = steps.get(steps.size() - 1);
    StepRecord before = steps.get(Math.max(0, steps.size() - RECENT));
    double left = (double) (result.plannedSteps() - last.step()) / (last.step() - before.step());
    Map<String, String> numbers = new LinkedHashMap<>();
    numbers.put("training loss", Format.decimals(last.trainLoss(), 4));
    numbers.put("validation loss", Format.decimals(result.validLoss(), 4));
    numbers.put(
        "step", String.format(Locale.ROOT, "%,d of %,d", last.step(), result.plannedSteps()));
    numbers.put("time left", Format.duration(left * (last.wallSeconds() - before.wallSeconds())));
    return numbers;
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
