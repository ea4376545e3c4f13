package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.report.ReportData;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuneReportTest {
  private static final ReportData EMPTY =
      ReportData.empty("Classes", "No data.", Map.of("Data", "none"));

  private static final ClassEvaluation EVALUATION =
      new ClassEvaluation(
          "texts", List.of("a", "b"), Confusion.of(new int[] {0, 1}, new int[] {0, 0}, 2));

  @TempDir Path folder;
  private FineTuneReport report;

  @BeforeEach
  void begin() {
    report = new FineTuneReport(EMPTY, folder, 1, false);
    measured("majority class");
  }

  @Test
  void should_show_the_training_that_goes_beside_the_one_that_is_over() {
    assertThat(report.place()).isEqualTo("training 1 of 2");
    log("scratch");
    measured("majority class", "without pre-training");

    ReportData data = report.with(Optional.of(going("finetune", 5)));

    assertThat(report.place()).isEqualTo("training 2 of 2");
    assertThat(data.runs()).extracting(run -> run.steps().size()).containsExactly(8, 5);
    assertThat(data.results()).extracting(RunResult::gate).containsExactly("fine-tuned");
    assertThat(report.html(data))
        .contains("\"label\":\"without pre-training\"", "\"label\":\"fine-tuned\"")
        .contains("<th scope=\"row\">without pre-training</th>")
        .contains("<dt>Stopped</dt><dd>fine-tuned (interrupted at step 5 of 8)</dd>")
        .doesNotContain("<h2>Confusion</h2>");
  }

  @Test
  void should_end_with_what_the_last_training_takes_for_which() {
    log("scratch");
    log("finetune");
    measured("majority class", "without pre-training", "fine-tuned");
    report.end(EVALUATION);

    ReportData data = report.with(Optional.of(going("finetune", 8)));

    assertThat(data.runs())
        .extracting(RecordedRun::gate)
        .containsExactly("without pre-training", "fine-tuned");
    assertThat(report.html(data)).contains("<h2>Confusion</h2>").doesNotContain("Stopped");
  }

  private void measured(String... names) {
    report.measured(Stream.of(names).map(FineTuneReportTest::scores).toList());
  }

  private static ClassScores scores(String name) {
    return new ClassScores(name, 0.5, 0.5, 0.5, 0.5);
  }

  private static Outcome going(String task, long step) {
    RunResult result =
        new RunResult(task, "switch", 1, step, 1, 1, 2, 0, "accuracy", 1, 1, 0, 1, 1, 8);
    return new Outcome(
        result, new RecordedRun(new RunName(task, "switch", 1, true), steps(step), List.of()));
  }

  private static List<StepRecord> steps(long last) {
    return LongStream.rangeClosed(1, last).mapToObj(step -> StepRecords.at(step).record()).toList();
  }

  private void log(String part) {
    FakeTraining training = new FakeTraining(new RunName(part, "switch", 1, true), 8);
    StepFile file = StepFile.in(part.equals("scratch") ? folder.resolve(part) : folder);
    file.onStart(training);
    steps(8).forEach(step -> training.take(step, file));
    file.onEnd(training);
  }
}
