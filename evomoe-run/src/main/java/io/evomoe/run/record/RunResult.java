package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingState.Progress;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The result of one run: one element of result.json, with the field names and order of the
 * annotations. A value that was not measured, or is not finite, is NaN here and null in the file.
 *
 * @param task {@code gpt}, {@code roberta} or {@code mt}
 * @param gate the gate's name
 * @param seed seed of the run
 * @param steps finished optimizer steps
 * @param tokens tokens trained on
 * @param trainFlops FLOPs spent in training
 * @param validLoss validation loss at the end, in nats per token
 * @param validMetric value of {@code metricName} on the validation set
 * @param metricName for example {@code perplexity}
 * @param tokensPerSecond training speed
 * @param activeExperts mean number of experts per token
 * @param dropRate share of the assignments lost to capacity, in 0..1
 * @param loadEntropy {@code exp(H) / E}: 1 when balanced, 1/E at collapse
 * @param wallSeconds duration of the whole run
 * @param plannedSteps optimizer steps of the whole run; with fewer {@code steps} it was
 *     interrupted. 0 stands for {@code steps}
 * @param bestValidLoss lowest validation loss, in nats per token
 * @param bestStep step of the lowest validation loss; 0 if none was measured
 */
@RecordBuilder
public record RunResult(
    String task,
    String gate,
    long seed,
    long steps,
    long tokens,
    @JsonProperty("train_flops") double trainFlops,
    @JsonProperty("valid_loss") double validLoss,
    @JsonProperty("valid_metric") double validMetric,
    @JsonProperty("metric_name") String metricName,
    @JsonProperty("tokens_per_s") double tokensPerSecond,
    @JsonProperty("active_experts") double activeExperts,
    @JsonProperty("drop_rate") double dropRate,
    @JsonProperty("load_entropy") double loadEntropy,
    @JsonProperty("wall_s") double wallSeconds,
    @JsonProperty("planned_steps") long plannedSteps,
    @JsonProperty(RunResult.BEST_LOSS) double bestValidLoss,
    @JsonProperty(RunResult.BEST_STEP) long bestStep)
    implements RunResultBuilder.With {
  /** Name of the file with the results in the folder of a run. */
  public static final String FILE = "result.json";

  private static final String BEST_LOSS = "best_valid_loss";
  private static final String BEST_STEP = "best_step";

  /** Rejects more steps than were planned. */
  public RunResult {
    plannedSteps = plannedSteps == 0 ? steps : plannedSteps;
    if (steps > plannedSteps) {
      throw new IllegalArgumentException(
          "steps must be at most the %d planned, was %d".formatted(plannedSteps, steps));
    }
  }

  /**
   * Returns the result of a run up to now without the metric, which needs the model. Without a step
   * it has no loss.
   *
   * @param plannedSteps optimizer steps of the whole run
   * @param metricName name of the metric
   */
  public static RunResult of(RecordedRun run, long plannedSteps, String metricName) {
    Optional<StepRecord> end = last(run, step -> true);
    // A skipped step that routed nothing has no active experts.
    Optional<StepRecord> routed = last(run, step -> !Double.isNaN(step.activeExperts()));
    return new RunResult(
        run.task(),
        run.gate(),
        run.seed(),
        end.map(StepRecord::step).orElse(0L),
        end.map(StepRecord::tokens).orElse(0L),
        end.map(StepRecord::trainFlops).orElse(0.0),
        last(run, StepRecord::evaluated).map(StepRecord::validLoss).orElse(Double.NaN),
        Double.NaN,
        metricName,
        run.tokensPerSecond(),
        routed.map(StepRecord::activeExperts).orElse(Double.NaN),
        routed.map(StepRecord::dropRate).orElse(Double.NaN),
        routed.map(StepRecord::loadEntropy).orElse(Double.NaN),
        end.map(StepRecord::wallSeconds).orElse(0.0),
        plannedSteps,
        run.best().map(StepRecord::validLoss).orElse(Double.NaN),
        run.best().map(StepRecord::step).orElse(0L));
  }

  private static Optional<StepRecord> last(RecordedRun run, Predicate<StepRecord> wanted) {
    return run.steps().stream().filter(wanted).reduce((before, step) -> step);
  }

  /** Whether an earlier step than the last evaluated one had the lowest validation loss. */
  @JsonIgnore
  public boolean isBestEarlier() {
    return bestValidLoss < validLoss;
  }

  /** Returns whether it is the result of this run. */
  public boolean isResultOf(RecordedRun run) {
    return task.equals(run.task()) && gate.equals(run.gate()) && seed == run.seed();
  }

  /** Whether the run was stopped before its last step; its values are not comparable then. */
  @JsonIgnore
  public boolean isInterrupted() {
    return steps < plannedSteps;
  }

  /** Returns the suffix of the run's name if the run was interrupted; else an empty text. */
  public String interruption() {
    return isInterrupted() ? standing("interrupted at") : "";
  }

  /** Returns the suffix of the run's name during the run. */
  public String running() {
    return standing("running,");
  }

  private String standing(String what) {
    return String.format(Locale.ROOT, " (%s step %d of %d)", what, steps, plannedSteps);
  }

  /** Returns a copy with this value of {@link #metricName}. */
  public RunResult measured(double metric) {
    return with(r -> r.validMetric(metric));
  }

  /**
   * Returns a copy with the final progress and metric.
   *
   * @param progress of the run
   * @param metric value of {@link #metricName} on the validation set
   */
  public RunResult ended(Progress progress, double metric) {
    return with(
        r ->
            r.steps(progress.step())
                .tokens(progress.tokens())
                .trainFlops(progress.trainFlops())
                .validMetric(metric));
  }

  /** Returns a copy with another name than the gate's. */
  public RunResult labelled(String label) {
    return with(r -> r.gate(label));
  }

  /**
   * Writes results atomically: a reader sees either the old file or the whole new one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static void write(Path file, List<RunResult> results) {
    AtomicFile.write(file, Json.text(results));
  }

  /**
   * Reads a file of {@link #write}.
   *
   * @throws IllegalArgumentException if the file is missing or has other content
   */
  public static List<RunResult> read(Path file) {
    return parse(Json.content("result file " + file, file), file.toString());
  }

  /**
   * Reads the text of a file.
   *
   * @param source name of the file, for messages
   * @throws IllegalArgumentException if the text is something else
   */
  public static List<RunResult> parse(String text, String source) {
    String mistake = "result file " + source + " is not a list of results";
    ObjectNode[] results = Json.read(text, ObjectNode[].class, mistake);
    for (ObjectNode result : results) {
      if (!result.has(BEST_STEP)) { // of the recorded studies
        result.putNull(BEST_LOSS).put(BEST_STEP, 0);
      }
    }
    return List.of(Json.read(Json.line(results), RunResult[].class, mistake));
  }

  /**
   * The outcome of a run.
   *
   * @param result for the table and result.json
   * @param recorded its curves
   */
  public record Outcome(RunResult result, RecordedRun recorded) {

    /** Returns a copy with another name than the gate's. */
    public Outcome labelled(String label) {
      return new Outcome(result.labelled(label), recorded.labelled(label));
    }

    /**
     * Returns the stored outcome of a run; empty if there is none, or it was interrupted.
     *
     * @param folder of the run
     * @param steps that the run has taken
     */
    public static Optional<Outcome> finished(Path folder, RunName name, long steps) {
      Path file = folder.resolve(FILE);
      return Files.exists(file)
          ? read(file).stream()
              .filter(last -> last.steps() == steps && !last.isInterrupted())
              .map(last -> new Outcome(last, StepFile.upTo(folder, name, steps)))
              .findFirst()
          : Optional.empty();
    }
  }
}
