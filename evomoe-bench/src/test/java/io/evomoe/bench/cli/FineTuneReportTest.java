package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
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
  private List<ClassScores> measured = scores("majority class");
  private FineTuneReport report;

  @BeforeEach
  void begin() {
    report = new FineTuneReport(folder, 0, EMPTY, 1, false, () -> measured);
  }

  @Test
  void should_show_the_training_that_goes_beside_the_one_that_is_over() {
    train("scratch", 8);
    assertThat(report.shown().results())
        .extracting(RunResult::gate)
        .containsExactly("without pre-training");
    log("scratch");
    measured = scores("majority class", "without pre-training");
    train("finetune", 5);
    report.end(new FineTuned(measured, Optional.empty()));

    ReportData data = report.shown();

    assertThat(data.runs()).extracting(run -> run.steps().size()).containsExactly(8, 5);
    assertThat(data.results()).extracting(RunResult::gate).containsExactly("fine-tuned");
    assertThat(report.html(data))
        .contains("\"label\":\"without pre-training\"", "\"label\":\"fine-tuned\"")
        .contains("<th scope=\"row\">without pre-training</th>")
        .contains("<strong>Stopped.</strong> fine-tuned (interrupted at step 5 of 8)")
        .doesNotContain("<h2>Confusion</h2>");
  }

  @Test
  void should_say_which_training_goes() throws IOException {
    report = new FineTuneReport(folder, 1, EMPTY, 1, false, () -> measured);
    log("scratch");
    measured = scores("majority class", "without pre-training");

    train("finetune", 5);

    assertThat(Files.readString(folder.resolve(HtmlReport.NAME))).contains("training 2 of 2");
  }

  @Test
  void should_end_with_what_the_last_training_takes_for_which() {
    log("scratch");
    log("finetune");
    measured = scores("majority class", "without pre-training");
    train("finetune", 8);
    measured = scores("majority class", "without pre-training", "fine-tuned");
    report.end(new FineTuned(measured, Optional.of(EVALUATION)));

    ReportData data = report.shown();

    assertThat(data.runs())
        .extracting(RecordedRun::gate)
        .containsExactly("without pre-training", "fine-tuned");
    assertThat(report.html(data)).contains("<h2>Confusion</h2>").doesNotContain("Stopped.");
  }

  @Test
  void should_warn_of_a_validation_loss_that_rises_while_the_training_loss_falls() {
    assertThat(end(0.9, 0.5, 0.8, 0.4, 1.25, 0.1))
        .containsExactly(
            "Ended early at step 3 of 9: 2 evaluations without a lower validation loss",
            "Over-fitting: from epoch 1.0 to 1.5 the validation loss rose from 0.8000 to 1.2500, while the training loss fell from 0.4000 to 0.1000; the classifier is that of epoch 1.0");
    assertThat(end(0.9, 0.5, 0.8, 0.4, 1.25, 0.6)).as("neither falls").hasSize(1);
    assertThat(end(0.9, 0.5, 0.8, 0.4, 0.7, 0.3)).as("both fall").hasSize(1);
    assertThat(end(0.9, 0.5, 0.8, 0.4, 0.81, 0.3)).as("too small a rise").hasSize(1);
  }

  /** Of validation losses, each with its training loss, two to an epoch. */
  private static List<String> end(double... losses) {
    List<StepRecord> steps =
        IntStream.range(0, losses.length / 2)
            .mapToObj(
                i -> StepRecords.at(i + 1L).valid(losses[2 * i]).train(losses[2 * i + 1]).record())
            .toList();
    RecordedRun run = new RecordedRun(new RunName("finetune", "switch", 1, true), steps, List.of());
    FineTuneSettings settings = FineTuneSettings.DEFAULT.with(s -> s.patience(2));
    return FineTuneReport.end(run, 9, settings, step -> step / 2.0);
  }

  private static List<ClassScores> scores(String... names) {
    return Stream.of(names).map(name -> new ClassScores(name, 0.5, 0.5, 0.5, 0.5)).toList();
  }

  private void train(String part, long last) {
    FakeTraining training = new FakeTraining(new RunName(part, "switch", 1, true), 8);
    report.onStart(training);
    steps(last).forEach(step -> training.take(step, report));
    report.onEnd(training);
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
