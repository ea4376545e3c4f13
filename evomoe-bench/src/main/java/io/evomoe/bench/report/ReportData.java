package io.evomoe.bench.report;

import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.RecordedRun;
import io.soabase.recordbuilder.core.RecordBuilder;
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
 * @param description the settings in order, for example data, preset, commit, machine and command
 * @param results the summary table's rows
 * @param runs the charts' curves
 * @param looks what models of runs generate, and which tokens their experts take
 * @param changes of the data when a run was resumed
 * @param live what goes on; empty when all is over
 */
@RecordBuilder
public record ReportData(
    String title,
    String note,
    Map<String, String> description,
    List<RunResult> results,
    List<RecordedRun> runs,
    List<Look> looks,
    List<DataChange> changes,
    Optional<Live> live)
    implements ReportDataBuilder.With {

  /** A report without runs. */
  public static ReportData empty(String title, String note, Map<String, String> description) {
    return new ReportData(
        title, note, description, List.of(), List.of(), List.of(), List.of(), Optional.empty());
  }

  /** The same with a run more. */
  public ReportData plus(Outcome run) {
    return with(
        r ->
            r.results(Stream.concat(results.stream(), Stream.of(run.result())).toList())
                .runs(Stream.concat(runs.stream(), Stream.of(run.recorded())).toList()));
  }

  /** What is said behind the name of a run that is not over. */
  String standing(RunResult result) {
    return isRunning(result) ? result.running() : result.interruption();
  }

  boolean isRunning(RunResult result) {
    return live.flatMap(Live::running).filter(result::equals).isPresent();
  }

  /**
   * A look at the model of a run.
   *
   * @param run its name in the page
   * @param step finished steps
   * @param samples texts that it generates
   * @param experts the tokens that they take, by layer
   */
  public record Look(String run, long step, List<String> samples, List<ExpertUse> experts) {}

  /**
   * What goes on while a page is written.
   *
   * @param what for people
   * @param seconds between two writings of the page
   * @param at when it was written
   * @param running result up to now of the run that is trained, if one is
   * @param numbers of that run by name, in order
   * @param sample the newest text that its model has generated
   */
  public record Live(
      String what,
      long seconds,
      Instant at,
      Optional<RunResult> running,
      Map<String, String> numbers,
      Optional<Look> sample) {}
}
