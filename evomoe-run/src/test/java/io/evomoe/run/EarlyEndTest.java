package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Its learning rate changes no weight, so the first evaluation, after step 4, is the best. */
class EarlyEndTest {
  @TempDir Path folder;

  @Test
  void should_end_without_improvement_be_finished_and_use_the_best() throws IOException {
    Path out = folder.resolve("run");
    Outcome outcome;
    try (Run<Gpt> run = run(out)) {
      outcome = run.train();
      RunResult result = outcome.result();

      assertThat(result.steps()).isEqualTo(12);
      assertThat(result.isInterrupted()).isFalse();
      assertThat(result.bestStep()).isEqualTo(4);
      assertThat(result.bestValidLoss()).isEqualTo(result.validLoss());
      assertThat(run.steps()).isEqualTo(12);
      assertThat(run.evaluate().run()).isEqualTo("switch after step 4");
      assertThat(run.train().result()).isEqualTo(result);
    }
    try (Run<?> again = Run.open(out)) {
      assertThat(again.train().result()).isEqualTo(outcome.result());
      assertThat(again.evaluate().run()).isEqualTo("switch after step 4");
      assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(12);
    }
    try (Run<?> named = Run.open(out.resolve("checkpoints/step-00000012"))) {
      assertThat(named.evaluate().run()).isEqualTo("switch after step 12");
    }
    try (Run<?> last = Run.opening(out).set("training.keepBest", "false").open()) {
      assertThat(last.evaluate().run()).isEqualTo("switch after step 12");
    }
    try (Run<?> longer = Run.opening(out).set("training.patience", "0").open()) {
      assertThat(longer.train().result().steps()).isEqualTo(20);
    }
  }

  @Test
  void a_new_run_should_start_from_the_best() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = run(out)) {
      run.train();
    }
    Path next = folder.resolve("next");
    try (Run<?> run = Run.from(out).training(t -> t.steps(2)).in(next)) {
      run.train();
    }

    assertThat(Files.readString(next.resolve("lineage.json"))).contains("\"step\" : 4");
  }

  @Test
  void should_count_on_after_a_resumption() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = run(out)) {
      run.train(
          (step, training) -> {
            if (step.step() == 9) {
              training.requestStop();
            }
          });
    }

    try (Run<?> again = Run.open(out)) {
      assertThat(again.train().result().steps()).isEqualTo(12);
    }
  }

  @Test
  void a_kill_before_the_result_was_written_should_change_nothing() throws IOException {
    Path out = folder.resolve("run");
    RunResult result;
    try (Run<Gpt> run = run(out)) {
      result = run.train().result();
    }
    Files.delete(out.resolve(RunResult.FILE));

    try (Run<?> again = Run.open(out)) {
      assertThat(again.train().result().with(r -> r.wallSeconds(0)))
          .isEqualTo(result.with(r -> r.wallSeconds(0)));
    }
    assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(12);
  }

  @Test
  void more_steps_should_give_as_much_patience_again() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = run(out)) {
      run.train();
    }

    try (Run<?> longer = Run.opening(out).set("training.steps", "40").open()) {
      assertThat(longer.train().result().steps()).isEqualTo(20);
    }
  }

  private Run<Gpt> run(Path out) throws IOException {
    return SmallTexts.gpt(folder)
        .gate("switch")
        .training(t -> t.steps(20).evalEvery(4).learningRate(1e-30).patience(2))
        .in(out);
  }
}
