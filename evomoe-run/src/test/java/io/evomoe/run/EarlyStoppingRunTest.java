package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.EarlyStopping;
import io.evomoe.training.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyStoppingRunTest {
  /** No later evaluation improves the first by so much. */
  private static final double NEVER = 100;

  @TempDir Path folder;

  @Test
  void should_end_with_the_best_evaluation_and_be_finished() throws IOException {
    Path out = folder.resolve("run");
    Outcome outcome;
    try (Run<Gpt> run = run(out)) {
      outcome = run.train(EarlyStopping.after(2).minimumImprovement(NEVER));
      RunResult result = outcome.result();

      assertThat(StepFile.read(out.resolve(StepFile.NAME))).as("ended at").hasSize(12);
      assertThat(result.steps()).isEqualTo(4);
      assertThat(result.isInterrupted()).isFalse();
      assertThat(result.validLoss()).isEqualTo(outcome.recorded().steps().get(3).validLoss());
      assertThat(result.validMetric()).isEqualTo(Math.exp(result.validLoss()));
      assertThat(run.steps()).isEqualTo(4);
      assertThat(Checkpoint.open(out.resolve("checkpoints/step-00000004")).progress().step())
          .isEqualTo(4);
      assertThat(run.train().result()).isEqualTo(result);
    }
    try (Run<?> again = Run.open(out)) {
      assertThat(again.train().result()).isEqualTo(outcome.result());
      assertThat(again.steps()).isEqualTo(4);
    }
    try (Run<?> longer = Run.opening(out).set("training.steps", "24").open()) {
      assertThat(longer.train().result().steps()).isEqualTo(24);
    }
  }

  @Test
  void should_count_on_after_a_resumption() throws IOException {
    Path out = folder.resolve("run");
    EarlyStopping stopping = EarlyStopping.after(2).minimumImprovement(NEVER);
    try (Run<Gpt> run = run(out)) {
      run.train(
          stopping,
          (step, training) -> {
            if (step.step() == 9) {
              training.requestStop();
            }
          });
    }

    try (Run<?> again = Run.open(out)) {
      assertThat(again.train(stopping).result().steps()).isEqualTo(4);
      assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(12);
    }
  }

  private Run<Gpt> run(Path out) throws IOException {
    return SmallTexts.gpt(folder).training(t -> t.evalEvery(4).checkpointEvery(1)).in(out);
  }
}
