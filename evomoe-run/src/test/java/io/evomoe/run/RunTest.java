package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.internal.files.FolderLock.FolderInUseException;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.internal.task.Lineage;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 19})
  void should_take_the_very_steps_that_it_would_have_taken_when_it_is_stopped_and_opened(int at)
      throws IOException {
    Path whole = trained("whole");
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(cut)) {
      Outcome outcome = run.train(stopAt(run, at));
      assertThat(outcome.result().isInterrupted()).isTrue();
      assertThat(run.steps()).isEqualTo(at);
    }

    try (Run<?> again = Run.open(cut)) {
      assertThat(again.steps()).isEqualTo(at);
      assertThat(again.train().result().isInterrupted()).isFalse();
      assertThat(again.steps()).isEqualTo(20);
    }

    assertThat(losses(cut)).hasSize(20).isEqualTo(losses(whole));
  }

  @Test
  void should_go_on_in_the_same_object() throws IOException {
    Path whole = trained("whole");
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(cut)) {
      run.train(stopAt(run, 5));
      String early = run.generate("Message", 8);
      run.train();
      assertThat(run.generate("Message", 8)).startsWith("Message").isNotEqualTo(early);
    }

    assertThat(losses(cut)).isEqualTo(losses(whole));
  }

  /** As long as it is trained, it is what the checkpoint has that it goes on from. */
  @Test
  void a_model_that_a_listener_asked_for_should_not_be_that_of_the_trained_run()
      throws IOException {
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(cut)) {
      run.train(stopAt(run, 5));
    }

    try (Run<Gpt> run = Run.open(cut, Gpt.class)) {
      run.train(
          new Callback() {
            @Override
            public void onStart(Training training) {
              run.generate("Message", 3);
            }

            @Override
            public void onStep(StepRecord step, Training training) {}
          });
      try (Run<Gpt> again = Run.open(cut, Gpt.class)) {
        assertThat(run.model().parameters().get(0).value())
            .isEqualTo(again.model().parameters().get(0).value());
      }
    }
  }

  @Test
  void a_stop_before_the_first_step_should_be_one_like_any_other() throws IOException {
    Path whole = trained("whole");
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(cut)) {
      Outcome outcome = run.train(stopAtOnce());
      assertThat(outcome.result().isInterrupted()).isTrue();
      assertThat(outcome.result().steps()).isZero();
      assertThat(outcome.result().validLoss()).isNaN();
      assertThat(outcome.result().validMetric()).isNaN();
      assertThat(outcome.recorded().steps()).isEmpty();
      assertThat(RunResult.read(cut.resolve(RunResult.FILE))).containsExactly(outcome.result());
    }

    try (Run<?> again = Run.open(cut)) {
      assertThat(again.train(stopAtOnce()).result().steps()).isZero();
      assertThat(again.train().result().isInterrupted()).isFalse();
    }

    assertThat(losses(cut)).isEqualTo(losses(whole));
  }

  /** A run of all its steps. */
  private Path trained(String name) throws IOException {
    Path path = folder.resolve(name);
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(path)) {
      run.train();
    }
    return path;
  }

  private static Callback stopAtOnce() {
    return new Callback() {
      @Override
      public void onStart(Training training) {
        training.requestStop();
      }

      @Override
      public void onStep(StepRecord step, Training training) {
        throw new AssertionError("a step was taken");
      }
    };
  }

  private static Callback stopAt(Run<?> run, long last) {
    return (step, training) -> {
      if (step.step() == last) {
        run.requestStop();
      }
    };
  }

  private static List<String> losses(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME)).stream().map(RunTest::losses).toList();
  }

  private static String losses(StepRecord row) {
    return "%d %s %s %s".formatted(row.step(), row.trainLoss(), row.validLoss(), row.auxLoss());
  }

  /**
   * As a run on a cluster, and one of another, leave them that end before their first checkpoint.
   */
  @Test
  void what_a_run_without_a_checkpoint_left_should_not_be_taken_for_the_next_one_s()
      throws IOException {
    Path path = Files.createDirectory(folder.resolve("run"));
    Path rounds = Files.writeString(path.resolve("rounds.yaml"), "data: []");
    Path lineage = Files.writeString(path.resolve(Lineage.NAME), "{}");

    try (Run<Gpt> run = SmallTexts.gpt(folder).in(path)) {
      run.train(stopAt(run, 5));
    }

    assertThat(rounds).doesNotExist();
    assertThat(lineage).doesNotExist();
    try (Run<?> again = Run.open(path)) {
      assertThat(again.train().result().steps()).isEqualTo(20);
    }
  }

  @Test
  void experts_should_start_from_the_weights_of_a_dense_run() throws IOException {
    Path dense = folder.resolve("dense");
    Path mixture = folder.resolve("mixture");
    try (Run<Gpt> run = SmallTexts.gpt(folder).gate("dense", Map.of()).in(dense)) {
      run.train();
    }
    try (Run<Gpt> run = SmallTexts.gpt(folder).init(dense).gate("evomoe", Map.of()).in(mixture)) {
      run.train(stopAt(run, 2));
    }

    assertThat(SmallTexts.gpt(folder).init(dense).gate("evomoe-paper").config().evolution())
        .isEqualTo(
            Tasks.preset("gpt", "quick")
                .config("gpt", "evomoe-paper", 1)
                .evolution()
                .with(e -> e.diversifySteps(0)));
    List<StepRecord> before = CurveFile.read(dense.resolve(CurveFile.NAME));
    List<StepRecord> after = CurveFile.read(mixture.resolve(CurveFile.NAME));
    assertThat(after.get(0).trainLoss()).isLessThan(before.get(0).trainLoss() - 0.3);
    assertThat(after.get(0).activeExperts()).isFinite();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).init(mixture))
        .withMessageContaining("must be of a network without experts");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.roberta(folder).init(dense).in(folder.resolve("other")))
        .withMessageContaining("is a run of task gpt; this one is of task roberta");
  }

  @Test
  void should_measure_what_it_ended_with() throws IOException {
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(folder.resolve("run"))) {
      double last = run.train().result().validLoss();
      Measurement all = run.evaluate();

      assertThat(all.share().batches()).isEqualTo(all.share().all());
      double bytes = run.tokenizer().encode("Message 7 of the year 1807").length / 26.0;
      assertThat(all.bytesPerToken()).isCloseTo(1 / bytes, within(1.0));
      assertThat(all.lines().get(0)).endsWith(" bits per byte");
      assertThat(all.loss()).isCloseTo(last, within(0.5));
      assertThat(RunResult.read(run.folder().resolve(RunResult.FILE))).hasSize(1);
    }
  }

  @Test
  void should_translate_and_score() throws IOException {
    try (Run<Transformer> run = SmallTexts.translation(folder).in(folder.resolve("run"))) {
      run.train();

      assertThat(run.translate(List.of("The road 7 is long.", ""), Search.greedy()))
          .hasSize(2)
          .last()
          .isEqualTo("");
      assertThat(run.evaluate().translation()).isPresent();
    }
  }

  @Test
  void should_open_as_the_model_that_it_has_alone() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Roberta> run = SmallTexts.roberta(folder).in(out)) {
      run.train();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.generate("Message", 3))
          .withMessage(out + " is a run of task roberta; generate needs task gpt");
    }

    try (Run<Roberta> run = Run.open(out, Roberta.class)) {
      assertThat(run.model().parameters()).isNotEmpty();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out, Gpt.class))
        .withMessage(out + " holds the run of a Roberta, was opened as that of a Gpt");
  }

  @Test
  void should_refuse_what_is_no_run_and_a_run_that_is_there() throws IOException {
    Path out = folder.resolve("run");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(folder))
        .withMessage(folder + " is not the folder of a training run: it has no config.yaml");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out))
        .withMessage("training run " + out + " does not exist");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train(stopAt(run, 1));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).in(out))
        .withMessageStartingWith(out + " holds a run already");
  }

  @Test
  void should_have_its_folder_for_itself_until_it_is_closed() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      assertThatThrownBy(() -> SmallTexts.gpt(folder).in(out))
          .isInstanceOf(FolderInUseException.class);
      run.train(stopAt(run, 1));
      assertThatThrownBy(() -> Run.open(out).train()).isInstanceOf(FolderInUseException.class);
    }

    try (Run<?> again = Run.open(out)) {
      again.train();
    }
  }

  @Test
  void should_leave_nothing_where_it_was_not_trained() throws IOException {
    Path out = folder.resolve("run");
    SmallTexts.gpt(folder).in(out).close();

    assertThat(out).doesNotExist();
  }

  @Test
  void should_refuse_everything_once_it_is_closed() throws IOException {
    Path out = folder.resolve("run");
    Run<Gpt> run = SmallTexts.gpt(folder).in(out);
    run.train(stopAt(run, 1));
    run.close();
    run.close();

    String says = "the run in %s is closed: open it again with Run.open".formatted(out);
    assertThatIllegalStateException().isThrownBy(run::train).withMessage(says);
    assertThatIllegalStateException().isThrownBy(run::model).withMessage(says);
    assertThatIllegalStateException().isThrownBy(run::steps).withMessage(says);
    assertThatIllegalStateException()
        .isThrownBy(() -> run.taskData(TextProgress.NONE))
        .withMessage(says);
  }

  @Test
  void should_say_that_a_new_run_has_no_model() throws IOException {
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(folder.resolve("run"))) {
      assertThatIllegalStateException()
          .isThrownBy(() -> run.generate("a", 1))
          .withMessageEndingWith("has no model yet: train it first");
    }
  }

  @Test
  void should_refuse_values_out_of_their_bounds_before_a_folder_is_made() throws IOException {
    Path out = folder.resolve("run");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).model(m -> m.experts(0)).in(out))
        .withMessageContaining("experts must be in 1..65536, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).gate("evomoe", Map.of("balanse", "1")).in(out))
        .withMessageContaining("balanse");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).gate("nobody").in(out))
        .withMessageContaining("nobody");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.gpt())
        .withMessage("data must be at least one file or folder, was none");
    assertThat(out).doesNotExist();
  }

  @Test
  void should_refuse_a_model_that_the_machine_cannot_hold_before_anything_is_made()
      throws IOException {
    Path out = folder.resolve("run");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SmallTexts.gpt(folder)
                    .model(m -> m.hiddenSize(100_000).intermediateSize(100_000))
                    .in(out))
        .withMessageContaining("more than this machine's memory of");
    assertThat(out).doesNotExist();
  }

  @Test
  void should_go_on_with_fields_that_may_change_and_say_so() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train();
    }
    StringBuilder notes = new StringBuilder();

    try (Run<?> longer = Run.opening(out).set("training.steps", "25").open()) {
      longer.train(
          new Callback() {
            @Override
            public void onStep(StepRecord step, Training training) {}

            @Override
            public void onNote(String line) {
              notes.append(line).append('\n');
            }
          });
      assertThat(longer.steps()).isEqualTo(25);
      assertThat(longer.config().training().steps()).isEqualTo(25);
    }

    assertThat(notes).contains("training.steps").contains("Resuming after step 20 of 25");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.opening(out).set("model.experts", "2").open())
        .withMessageContaining("model.experts");
    assertThat(Files.readString(out.resolve("config.yaml"))).contains("steps: 25");
  }
}
