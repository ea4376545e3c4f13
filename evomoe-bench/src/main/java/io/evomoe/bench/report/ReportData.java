package io.evomoe.bench.report;

import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.RecordedRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a report shows.
 *
 * @param title of the page: what was done, for example {@code EvoMoE comparison: gpt}
 * @param note what the data was, and what the numbers compare with
 * @param description the header lines in order, for example data, preset, commit, machine and
 *     command
 * @param results the summary table's rows
 * @param runs the charts' curves
 * @param live what goes on; empty when all is over
 */
public record ReportData(
    String title,
    String note,
    Map<String, String> description,
    List<RunResult> results,
    List<RecordedRun> runs,
    Optional<Live> live) {

  /** A report without runs. */
  public static ReportData empty(String title, String note, Map<String, String> description) {
    return new ReportData(title, note, description, List.of(), List.of(), Optional.empty());
  }

  /** The same with a run more. */
  public ReportData plus(Outcome run) {
    return new ReportData(
        title,
        note,
        description,
        Stream.concat(results.stream(), Stream.of(run.result())).toList(),
        Stream.concat(runs.stream(), Stream.of(run.recorded())).toList(),
        live);
  }

  /** The same while something goes on. */
  ReportData during(Live goesOn) {
    return new ReportData(title, note, description, results, runs, Optional.of(goesOn));
  }

  /** What is said behind the name of a run that is not over. */
  String standing(RunResult result) {
    return isRunning(result) ? result.running() : result.interruption();
  }

  boolean isRunning(RunResult result) {
    return live.flatMap(Live::running).filter(result::equals).isPresent();
  }

  /**
   * What goes on while a page is written.
   *
   * @param what for people
   * @param seconds between two writings of the page
   * @param at when it was written
   * @param running result up to now of the run that is trained, if one is
   */
  public record Live(String what, long seconds, Instant at, Optional<RunResult> running) {}
}
