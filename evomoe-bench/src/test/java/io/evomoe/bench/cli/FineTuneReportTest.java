package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuneReportTest {
  private static final ReportData EMPTY =
      new ReportData("Classes", "No data.", Map.of("Data", "none"), List.of(), List.of());

  private static final ClassEvaluation EVALUATION =
      new ClassEvaluation(
          "texts", List.of("a", "b"), Confusion.of(new int[] {0, 1}, new int[] {0, 0}, 2));

  @TempDir Path folder;
  private FineTuneReport report;

  @BeforeEach
  void begin() {
    report = new FineTuneReport(EMPTY, folder, false);
    report.add(scores("majority class"));
  }

  @Test
  void should_show_the_training_that_goes_beside_the_one_that_is_over() {
    assertThat(report.place()).isEqualTo("training 1 of 2");
    CurveFile.create(folder.resolve(CurveFile.NAME), rows("scratch", 8)).close();
    report.add(scores("without pre-training"));

    ReportData data = report.with(Optional.of(going("finetune", 5)));

    assertThat(report.place()).isEqualTo("training 2 of 2");
    assertThat(data.runs()).extracting(run -> run.rows().size()).containsExactly(8, 5);
    assertThat(data.results()).extracting(RunResult::gate).containsExactly("fine-tuned");
    assertThat(report.html(data))
        .contains("\"label\":\"without pre-training\"", "\"label\":\"fine-tuned\"")
        .contains("<th scope=\"row\">without pre-training</th>")
        .contains("<dt>Stopped</dt><dd>fine-tuned (interrupted at step 5 of 8)</dd>")
        .doesNotContain("<h2>Confusion</h2>");
  }

  @Test
  void should_end_with_what_the_last_training_takes_for_which() {
    List<CurveRow> both = new ArrayList<>(rows("scratch", 8));
    both.addAll(rows("finetune", 8));
    CurveFile.create(folder.resolve(CurveFile.NAME), both).close();
    report.add(scores("without pre-training"));
    report.add(scores("fine-tuned"));
    report.end(EVALUATION);

    ReportData data = report.with(Optional.of(going("finetune", 8)));

    assertThat(data.runs())
        .extracting(RecordedRun::gate)
        .containsExactly("without pre-training", "fine-tuned");
    assertThat(report.html(data)).contains("<h2>Confusion</h2>").doesNotContain("Stopped");
  }

  private static ClassScores scores(String name) {
    return new ClassScores(name, 0.5, 0.5, 0.5, 0.5);
  }

  private static LiveReport.Going going(String task, long step) {
    RunResult result =
        new RunResult(task, "switch", 1, step, 1, 1, 2, 0, "accuracy", 1, 1, 0, 1, 1, 8);
    return new LiveReport.Going(
        result, new RecordedRun(task, "switch", 1, rows(task, step), List.of()));
  }

  private static List<CurveRow> rows(String task, long last) {
    return LongStream.rangeClosed(1, last).mapToObj(step -> row(task, step)).toList();
  }

  private static CurveRow row(String task, long step) {
    OptionalDouble none = OptionalDouble.empty();
    OptionalDouble one = OptionalDouble.of(1);
    return new CurveRow(
        task, "switch", 1, step, step, step, step, one, none, one, one, one, one, one, one, none);
  }
}
