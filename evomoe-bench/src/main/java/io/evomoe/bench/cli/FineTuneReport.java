package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.run.internal.finetune.TunedPart;
import io.evomoe.run.internal.finetune.TunedScores;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known so far of a fine-tuning. */
final class FineTuneReport implements LiveReport.Content {
  private final ReportData empty;
  private final Path curves;
  private final List<TunedPart> parts;
  private final List<TunedPart> over = new ArrayList<>();
  private final List<ClassScores> scores;
  private @Nullable ClassEvaluation evaluation;

  /**
   * The report on a fine-tuning before its first step.
   *
   * @param empty title, description and note
   * @param folder that has its curves
   * @param parts the trainings in their order; the last is the pre-trained network's
   * @param majority what always naming the most frequent class reaches
   */
  FineTuneReport(ReportData empty, Path folder, List<TunedPart> parts, ClassScores majority) {
    this.empty = empty;
    this.curves = folder.resolve(CurveFile.NAME);
    this.parts = List.copyOf(parts);
    this.scores = new ArrayList<>(List.of(majority));
  }

  /** A training is over, and measured. */
  void add(TunedPart part, TunedScores measured) {
    over.add(part);
    scores.add(measured.scores());
    evaluation = over.size() == parts.size() ? measured.evaluation() : null;
  }

  /** What was measured by now. */
  List<ClassScores> scores() {
    return List.copyOf(scores);
  }

  @Override
  public ReportData with(Optional<LiveReport.Going> going) {
    List<RecordedRun> runs = new ArrayList<>();
    List<CurveRow> rows = over.isEmpty() ? List.of() : CurveFile.read(curves);
    over.forEach(part -> runs.add(curve(part, rows)));
    List<RunResult> results = new ArrayList<>();
    for (TunedPart part : parts) {
      going
          .filter(run -> part.name().equals(run.recorded().task()) && !over.contains(part))
          .ifPresent(
              run -> {
                results.add(run.result().labelled(part.title()));
                runs.add(run.recorded().labelled(part.title()));
              });
    }
    return new ReportData(empty.title(), empty.note(), empty.description(), results, runs);
  }

  private static RecordedRun curve(TunedPart part, List<CurveRow> rows) {
    List<CurveRow> own = rows.stream().filter(row -> row.task().equals(part.name())).toList();
    long seed = own.isEmpty() ? 0 : own.get(0).seed();
    return new RecordedRun(part.name(), part.title(), seed, own, List.of());
  }

  @Override
  public String html(ReportData data) {
    Map<String, String> description = new LinkedHashMap<>(data.description());
    if (data.live().isEmpty()) {
      data.results().stream()
          .filter(RunResult::isInterrupted)
          .forEach(stopped -> description.put("Stopped", stopped.gate() + stopped.interruption()));
    }
    return new ClassReport(
            data.title(),
            data.note(),
            description,
            scores,
            Optional.ofNullable(evaluation),
            data.runs(),
            data.live())
        .html();
  }

  /** Not of the page, which has the scores in place of a table of runs. */
  @Override
  public String metricName() {
    return "accuracy";
  }

  @Override
  public String place() {
    return parts.size() == 1
        ? ""
        : "training %d of %d".formatted(Math.min(over.size() + 1, parts.size()), parts.size());
  }
}
