package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.optimizer.Sgd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class TrainingJobTest {
  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1)));
  private static final TrainerConfig CONFIG =
      TrainerConfig.defaults(12).with(t -> t.evalEvery(3).checkpointEvery(1));

  @TempDir Path folder;
  private final Kernels kernels = KernelSelection.forType(DataType.FLOAT);

  @Test
  void should_write_the_files_of_a_run_and_return_the_result_again() {
    Path out = folder.resolve("job");
    Outcome outcome = train(out, CONFIG);

    assertThat(outcome.result().steps()).isEqualTo(12);
    assertThat(outcome.result().task()).isEqualTo("rows");
    assertThat(outcome.result().validMetric()).isEqualTo(outcome.result().validLoss());
    assertThat(RunResult.read(out.resolve(RunResult.FILE))).containsExactly(outcome.result());
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).hasSize(12);
    assertThat(out.resolve("checkpoints/step-00000012")).isDirectory();
    Outcome again =
        train(
            out,
            CONFIG,
            (step, training) -> {
              throw new AssertionError("a step was taken");
            });
    assertThat(again.result()).isEqualTo(outcome.result());
  }

  @Test
  void should_take_the_very_steps_of_a_training_that_was_not_stopped() {
    train(folder.resolve("whole"), CONFIG);
    Path cut = folder.resolve("cut");
    Outcome stopped =
        train(
            cut,
            CONFIG,
            (step, training) -> {
              if (step.step() == 5) {
                training.requestStop();
              }
            });
    assertThat(stopped.result().isInterrupted()).isTrue();

    train(cut, CONFIG);

    assertThat(losses(cut)).hasSize(12).isEqualTo(losses(folder.resolve("whole")));
  }

  @Test
  void should_go_on_when_more_steps_are_asked_for() {
    Path out = folder.resolve("job");
    train(out, CONFIG);

    assertThat(train(out, CONFIG.with(t -> t.steps(15))).result().steps()).isEqualTo(15);
  }

  @Test
  void an_early_end_should_leave_the_best_weights_in_the_model_and_be_an_end() {
    Path out = folder.resolve("job");
    TrainerConfig one =
        CONFIG.with(t -> t.steps(20).patience(2)).withSchedule((step, all) -> step < 3 ? 0.001 : 2);
    try (TinyModel model = model();
        TrainingJob<TinyBatch> job = job(model, one, out)) {
      Outcome outcome = job.train();

      assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(9);
      assertThat(outcome.result().steps()).isEqualTo(9);
      assertThat(outcome.result().bestStep()).isEqualTo(3);
      assertThat(outcome.result().isInterrupted()).isFalse();
      assertThat(job.train()).isSameAs(outcome);
      try (TinyModel reopened = model();
          TinyModel other = model()) {
        assertThat(other.parameters().get(0).value())
            .isNotEqualTo(model.parameters().get(0).value());
        Checkpoint.open(out.resolve("checkpoints/step-00000003")).loadModel(reopened);
        assertThat(reopened.parameters().get(0).value())
            .isEqualTo(model.parameters().get(0).value());
      }
    }
    assertThat(train(out, one).result().steps()).isEqualTo(9);
  }

  @Test
  void should_train_with_another_optimizer() {
    try (TinyModel model = model();
        TrainingJob<TinyBatch> job =
            TrainingJob.of(model, DATA)
                .config(CONFIG)
                .optimizer(new Sgd(kernels, 0.9))
                .in(folder.resolve("job"))) {
      job.train();
    }
    assertThatThrownBy(() -> train(folder.resolve("job"), CONFIG.with(t -> t.steps(15))))
        .hasMessageContaining("optimizer");
  }

  @Test
  void should_refuse_the_folder_of_a_run() throws Exception {
    Path out = Files.createDirectory(folder.resolve("run"));
    Files.writeString(out.resolve("config.yaml"), "task: gpt");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(out, CONFIG))
        .withMessageContaining("holds a run");
  }

  private Outcome train(Path out, TrainerConfig config, Callback... callbacks) {
    try (TinyModel model = model();
        TrainingJob<TinyBatch> job = job(model, config, out)) {
      return job.train(callbacks);
    }
  }

  private TinyModel model() {
    return new TinyModel(kernels, 1).growing(ExpertLifecycle.NEVER);
  }

  private static TrainingJob<TinyBatch> job(TinyModel model, TrainerConfig config, Path out) {
    return TrainingJob.of(model, DATA).named("rows", "tiny").config(config).in(out);
  }

  private static List<Double> losses(Path out) {
    return StepFile.read(out.resolve(StepFile.NAME)).stream().map(StepRecord::trainLoss).toList();
  }
}
