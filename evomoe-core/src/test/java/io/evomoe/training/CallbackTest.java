package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainingState.CheckpointWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class CallbackTest {
  private final List<String> told = new ArrayList<>();
  private final Trainer<TinyBatch> trainer = trainer(TinyBatch::number);

  @Test
  void should_tell_start_batch_step_evaluation_checkpoint_and_end_in_this_order() {
    trainer.runSaving(CallbackTest::at, new Diary(told, 4));

    assertThat(told)
        .containsExactly(
            "start 0",
            "batch 1",
            "step 1",
            "batch 2",
            "step 2",
            "measured 2",
            "batch 3",
            "step 3",
            "saved at-3",
            "batch 4",
            "step 4",
            "measured 4",
            "saved at-4",
            "end 4");
  }

  @Test
  void should_show_the_model_the_optimizer_and_all_records() {
    trainer.record(
        new RecordedRun(
            new RunName("mine", "switch", 4),
            List.of(StepRecords.at(1).wall(100).record()),
            List.of()));

    trainer.run(
        (step, training) -> {
          assertThat(training.model()).isSameAs(trainer.state().model());
          assertThat(training.optimizer()).isSameAs(trainer.state().optimizer());
          assertThat(training.name().task()).isEqualTo("mine");
          assertThat(training.plannedSteps()).isEqualTo(60);
          assertThat(training.recorded().steps()).hasSize((int) step.step() + 1).endsWith(step);
          assertThat(step.wallSeconds()).isGreaterThan(100);
          training.requestStop();
        });

    assertThat(trainer.progress().step()).isEqualTo(1);
  }

  @Test
  void should_evaluate_and_save_when_a_callback_asks_for_it() {
    Callback asking =
        (step, training) -> {
          told.add(step.step() + (step.evaluated() ? " measured" : ""));
          if (step.step() == 4) {
            training.requestEvaluation();
            training.requestSave();
          }
          if (step.step() == 7) {
            training.requestStop();
          }
        };

    trainer.runSaving(
        state -> {
          told.add("saved");
          return at(state);
        },
        asking);

    assertThat(told)
        .containsExactly(
            "1",
            "2 measured",
            "3",
            "saved",
            "4 measured",
            "saved",
            "5 measured",
            "6 measured",
            "saved",
            "7",
            "saved");
  }

  @Test
  void an_exception_of_a_callback_should_be_thrown_after_all_were_told_and_all_is_saved() {
    Callback failing =
        (step, training) -> {
          if (step.step() == 2) {
            throw new IllegalStateException("broken");
          }
        };

    assertThatThrownBy(
            () -> trainer.runSaving(CallbackTest::at, failing, new Diary(told, Long.MAX_VALUE)))
        .hasMessage("broken");

    assertThat(told)
        .containsSubsequence("step 2", "measured 2", "saved at-2", "error broken", "end 2")
        .doesNotContain("batch 3");
    trainer.run((step, training) -> training.requestStop());
    assertThat(trainer.progress().step()).isEqualTo(3);
  }

  @Test
  void an_exception_before_the_first_step_should_leave_the_run_as_it_is() {
    Callback failing =
        new Callback() {
          @Override
          public void onStart(Training training) {
            throw new IllegalStateException("broken");
          }

          @Override
          public void onStep(StepRecord step, Training training) {}
        };

    assertThatThrownBy(
            () ->
                trainer.runSaving(
                    () -> {
                      throw new AssertionError("began");
                    },
                    List.of(failing, new Diary(told, 1))))
        .hasMessage("broken");

    assertThat(told).containsExactly("start 0", "error broken", "end 0");
  }

  @Test
  void an_exception_of_a_callback_should_not_hide_the_failure_of_the_training() {
    Trainer<TinyBatch> broken =
        trainer(
            index -> {
              throw new IllegalStateException("no batch");
            });
    Callback failing =
        new Callback() {
          @Override
          public void onBatch(long step, Training training) {
            throw new IllegalArgumentException("broken");
          }

          @Override
          public void onStep(StepRecord step, Training training) {}
        };

    Throwable thrown = catchThrowable(() -> broken.run(failing, new Diary(told, 1)));

    assertThat(thrown).hasMessage("no batch");
    assertThat(thrown.getSuppressed()).extracting(Throwable::getMessage).containsExactly("broken");
    assertThat(told).containsExactly("start 0", "batch 1", "error no batch", "end 0");
  }

  @Test
  void an_interrupt_should_end_the_training_after_its_step_and_be_there_afterwards() {
    trainer.runSaving(CallbackTest::at, (step, training) -> Thread.currentThread().interrupt());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(trainer.progress().step()).isEqualTo(1);
  }

  @Test
  void should_write_a_checkpoint_again_that_an_interrupt_prevented() {
    CheckpointWriter interrupted =
        state -> {
          told.add("" + Thread.currentThread().isInterrupted());
          if (told.size() == 1) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("closed by interrupt"));
          }
          return at(state);
        };

    trainer.runSaving(interrupted);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(told).hasSizeGreaterThan(1).containsOnly("false");
    assertThat(trainer.progress().step()).isBetween(3L, 4L);
  }

  private static Path at(TrainingState state) {
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    return Path.of("at-" + state.progress().step());
  }

  private static Trainer<TinyBatch> trainer(LongFunction<TinyBatch> batches) {
    return new Trainer<>(
        new TinyModel(new Nd4jKernels(DataType.DOUBLE), 1),
        new TrainingData<>(batches, List.of(new TinyBatch(16, -1))),
        TrainerConfig.defaults(60).with(t -> t.evalEvery(2).checkpointEvery(3).keepBest(false)),
        EvolutionConfig.defaults());
  }

  /** Writes down what it is told, and asks for the end after a step. */
  static final class Diary implements Callback {
    private final List<String> told;
    private final long last;

    Diary(List<String> told, long last) {
      this.told = told;
      this.last = last;
    }

    @Override
    public void onStart(Training training) {
      told.add("start " + training.progress().step());
    }

    @Override
    public void onBatch(long step, Training training) {
      told.add("batch " + step);
    }

    @Override
    public void onStep(StepRecord step, Training training) {
      told.add("step " + step.step());
      if (step.step() == last) {
        training.requestStop();
      }
    }

    @Override
    public void onEvaluation(StepRecord step, Training training) {
      told.add("measured " + step.step());
    }

    @Override
    public void onCheckpoint(Path checkpoint, Training training) {
      told.add("saved " + checkpoint);
    }

    @Override
    public void onError(Throwable failure, Training training) {
      told.add("error " + failure.getMessage());
    }

    @Override
    public void onEnd(Training training) {
      told.add("end " + training.progress().step());
    }
  }
}
