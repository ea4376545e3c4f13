package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.testing.OtherThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;

/** Trainers and models that are closed while they train. */
@Timeout(60)
class ClosedInTrainingTest {
  private static final long STEPS = 8;

  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
  private final TinyModel model = new TinyModel(kernels, 1);

  @Test
  void closing_should_wait_for_a_training_on_another_thread() {
    Trainer<TinyBatch> trainer = trainer(TinyBatch::number);
    List<OtherThread> closing = new ArrayList<>();
    trainer.run(
        (report, training) -> {
          if (report.step() == 3) {
            closing.add(OtherThread.doing(trainer::close).awaitWaiting());
          }
          trainer.state();
        });

    assertThat(closing.get(0).thrown()).isNull();
    assertThat(trainer.progress().step()).isEqualTo(STEPS);
    assertThatIllegalStateException()
        .isThrownBy(trainer::step)
        .withMessage("the trainer is closed: make a new one");
  }

  @Test
  void a_listener_should_neither_close_nor_train_but_may_save() {
    Trainer<TinyBatch> trainer = trainer(TinyBatch::number);
    String busy = "the trainer is training: ask it to stop with requestStop, and wait for run";
    trainer.run(
        (report, training) -> {
          assertThatIllegalStateException().isThrownBy(trainer::close).withMessage(busy);
          assertThatIllegalStateException().isThrownBy(trainer::step).withMessage(busy);
          assertThat(OtherThread.doing(trainer::step).thrown()).hasMessage(busy);
          assertThat(trainer.save(state -> Path.of("saved"))).isEqualTo(Path.of("saved"));
          trainer.requestStop();
        });
    assertThat(trainer.progress().step()).isEqualTo(1);
    trainer.close();
  }

  @Test
  void a_training_should_end_with_one_sentence_when_its_model_is_closed() {
    Trainer<TinyBatch> trainer = trainer(TinyBatch::number);

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                trainer.run(
                    (report, training) ->
                        assertThat(OtherThread.doing(model::close).thrown()).isNull()))
        .withMessage("the model is closed: open its run again, or make it again");
    assertThat(trainer.progress().step()).isEqualTo(1);
  }

  /** Its batches are read in the middle of a step. */
  @Test
  void closing_a_model_should_wait_for_the_step_that_trains_it() {
    List<OtherThread> closing = new ArrayList<>();
    LongFunction<TinyBatch> closes =
        number -> {
          closing.add(OtherThread.doing(model::close).awaitWaiting());
          return TinyBatch.number(number);
        };
    Trainer<TinyBatch> trainer = trainer(closes);

    assertThat(trainer.step().trainLoss()).isFinite();
    assertThat(closing.get(0).thrown()).isNull();
    assertThat(model.parameters()).allMatch(parameter -> parameter.value().wasClosed());
  }

  private Trainer<TinyBatch> trainer(LongFunction<TinyBatch> batches) {
    return new Trainer<>(
        model,
        new TrainingData<>(batches, List.of()),
        TrainerConfig.defaults(STEPS),
        EvolutionConfig.defaults());
  }
}
