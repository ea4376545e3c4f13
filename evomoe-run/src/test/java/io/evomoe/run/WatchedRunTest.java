package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.tensorboard.TensorBoard;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.Callback;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.ExpertUse.Expert;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedRunTest {
  @TempDir Path folder;

  @Test
  void the_log_should_say_what_the_curve_says_and_what_each_layer_did() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train();
    }

    List<StepRecord> steps = StepFile.read(out.resolve(StepFile.NAME));
    List<StepRecord> rows = CurveFile.read(out.resolve(CurveFile.NAME));
    assertThat(steps).hasSameSizeAs(rows).hasSize(20);
    for (int i = 0; i < rows.size(); i++) {
      StepRecord step = steps.get(i);
      StepRecord row = rows.get(i);
      assertThat(step.step()).isEqualTo(row.step());
      assertThat(step.trainLoss()).isEqualTo(row.trainLoss());
      assertThat(step.validLoss()).isEqualTo(Double.valueOf(row.validLoss()));
      assertThat(step.wallSeconds()).isEqualTo(row.wallSeconds());
      assertThat(step.temperature()).isEqualTo(Double.valueOf(row.temperature()));
      assertThat(step.phase()).isEqualTo(step.layers().isEmpty() ? Phase.DIVERSIFY : Phase.SOFT);
      for (RoutingReport layer : step.layers()) {
        int sum = layer.load().stream().mapToInt(Integer::intValue).sum();
        int most = layer.load().stream().mapToInt(Integer::intValue).max().orElseThrow();
        assertThat(layer.meanActiveExperts()).isEqualTo((double) sum / layer.tokens());
        assertThat(layer.maxOverMean())
            .isCloseTo(most / ((double) sum / layer.load().size()), within(1e-12));
      }
    }
    assertThat(steps.get(19).layers()).isNotEmpty();
  }

  @Test
  void a_run_that_goes_on_should_have_every_step_once_in_its_log() throws IOException {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(whole)) {
      run.train();
    }
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(cut)) {
      run.train(
          (report, training) -> {
            if (report.step() == 7) {
              run.requestStop();
            }
          });
      assertThat(losses(cut)).isEqualTo(losses(whole).subList(0, 7));
    }
    try (Run<?> again = Run.open(cut)) {
      again.train();
    }

    assertThat(losses(cut)).hasSize(20).isEqualTo(losses(whole));
  }

  private static List<String> losses(Path run) {
    return StepFile.read(run.resolve(StepFile.NAME)).stream()
        .map(
            step ->
                step.step() + " " + step.trainLoss() + " " + step.gradientNorm() + step.layers())
        .toList();
  }

  @Test
  void a_callback_should_hear_of_everything_in_its_order() throws IOException {
    List<String> heard = new ArrayList<>();
    try (Run<Transformer> run = SmallTexts.translation(folder).in(folder.resolve("run"))) {
      run.train(noting(heard));
    }

    assertThat(heard).startsWith("begin 0", "step 1").endsWith("step 20", "wrote 20", "end 20");
    assertThat(heard).containsSubsequence("step 10", "wrote 10", "step 11");
    assertThat(heard).hasSize(1 + 20 + 2 + 1);
  }

  private static Callback noting(List<String> heard) {
    return new Callback() {
      @Override
      public void onStart(Training training) {
        heard.add("begin " + training.progress().step());
      }

      @Override
      public void onStep(StepRecord step, Training training) {
        assertThat(training.recorded().steps()).hasSize((int) step.step());
        heard.add("step " + step.step());
      }

      @Override
      public void onEvaluation(StepRecord step, Training training) {
        Map<String, String> samples = training.samples(2);
        assertThat(samples).containsOnlyKeys("translated_1", "translated_2");
        assertThat(samples.get("translated_1"))
            .contains("The road", " \u2192 ", "(Die Stra\u00dfe");
        heard.add("wrote " + step.step());
      }

      @Override
      public void onEnd(Training training) {
        heard.add("end " + training.recorded().steps().size());
      }
    };
  }

  @Test
  void a_callback_should_change_no_step() throws IOException {
    Path alone = folder.resolve("alone");
    Path watched = folder.resolve("watched");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(alone)) {
      run.train();
    }
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(watched)) {
      run.train(
          TensorBoard.in(watched),
          (step, training) -> {
            training.samples(3);
            training.expertUse();
          });
    }

    assertThat(losses(watched)).isEqualTo(losses(alone));
  }

  @Test
  void a_callback_should_see_texts_and_the_tokens_of_the_experts() throws IOException {
    List<List<ExpertUse>> uses = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    Callback looking =
        (step, training) -> {
          if (step.step() == training.plannedSteps()) {
            uses.add(training.expertUse());
            names.addAll(training.samples(3).keySet());
          }
        };
    try (Run<Gpt> run = SmallTexts.gpt(folder).gate("switch").in(folder.resolve("gpt"))) {
      run.train(looking);
    }
    try (Run<Transformer> run =
        SmallTexts.translation(folder).gate("switch").in(folder.resolve("mt"))) {
      run.train(looking);
    }

    assertThat(names)
        .contains("continued", "continued_2", "continued_3", "translated_1", "translated_3");
    assertThat(uses.get(0)).isNotEmpty();
    assertThat(uses.get(1))
        .extracting(ExpertUse::layer)
        .anyMatch(layer -> layer.startsWith("encoder."))
        .anyMatch(layer -> layer.startsWith("decoder."));
    assertThat(uses)
        .allSatisfy(
            layers ->
                assertThat(layers)
                    .allSatisfy(
                        layer ->
                            assertThat(layer.experts().stream().mapToDouble(Expert::share).sum())
                                .isCloseTo(1, within(1e-9)))
                    .anySatisfy(
                        layer -> assertThat(layer.experts()).anyMatch(e -> !e.top().isEmpty())));
  }

  @Test
  void samples_should_begin_differently_and_at_the_start_of_a_line() throws IOException {
    StringBuilder records = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      records.append(
          "{\"text\": \"All files begin with this line.\\n%d is the next.\"}%n".formatted(i));
      lines.append("#%d of the lines of a single document%n".formatted(i));
    }
    Path alike = Files.writeString(folder.resolve("alike.jsonl"), records);
    Path one = Files.writeString(folder.resolve("one.txt"), lines);

    assertThat(starts(alike)).hasSize(3).doesNotHaveDuplicates();
    assertThat(starts(one))
        .hasSize(3)
        .doesNotHaveDuplicates()
        .allMatch(text -> text.startsWith("#"));
  }

  private List<String> starts(Path text) {
    List<String> starts = new ArrayList<>();
    try (Run<Gpt> run =
        SmallTexts.ofText(text).gate("dense").in(folder.resolve("run-" + text.getFileName()))) {
      run.train(
          (step, training) -> {
            if (step.step() == training.plannedSteps()) {
              training
                  .samples(3)
                  .values()
                  .forEach(sample -> starts.add(sample.split(" … ", -1)[0]));
            }
          });
    }
    return starts;
  }

  @Test
  void a_run_whose_callback_throws_should_be_saved_and_go_on_from_there() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      assertThatThrownBy(
              () ->
                  run.train(
                      (step, training) -> {
                        if (step.step() == 5) {
                          throw new IllegalStateException("the callback fell asleep");
                        }
                      }))
          .hasMessage("the callback fell asleep");
    }

    try (Run<?> again = Run.open(out)) {
      assertThat(again.steps()).isEqualTo(5);
      again.train();
    }
    assertThat(losses(out)).hasSize(20);
  }
}
