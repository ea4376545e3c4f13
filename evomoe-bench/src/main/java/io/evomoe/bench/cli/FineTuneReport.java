package io.evomoe.bench.cli;

import io.evomoe.bench.report.ClassReport;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.RecordedRun;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The report on a fine-tuning, but for what it has measured.
 *
 * @param gate of the network
 * @param description header lines, in order
 * @param note what the data was
 */
record FineTuneReport(String gate, Map<String, String> description, String note) {

  /** Writes it beside the curves, which are read from their file. */
  void write(TunedFolder folder, List<ClassScores> scores, ClassEvaluation evaluation) {
    List<CurveRow> rows = CurveFile.read(folder.path().resolve(CurveFile.NAME));
    List<RecordedRun> curves =
        Stream.of(
                curve("without pre-training", folder.scratch().name(), rows),
                curve("fine-tuned", folder.tuned().name(), rows))
            .filter(run -> !run.rows().isEmpty())
            .toList();
    new ClassReport(
            "EvoMoE fine-tuning: %d classes, %s".formatted(evaluation.labels().size(), gate),
            note,
            description,
            scores,
            evaluation,
            curves)
        .write(folder.path().resolve(HtmlReport.NAME));
  }

  private static RecordedRun curve(String label, String part, List<CurveRow> rows) {
    List<CurveRow> own = rows.stream().filter(row -> row.task().equals(part)).toList();
    long seed = own.isEmpty() ? 0 : own.get(0).seed();
    return new RecordedRun(part, label, seed, own, List.of());
  }
}
