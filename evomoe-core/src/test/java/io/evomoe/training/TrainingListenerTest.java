package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class TrainingListenerTest {

  @Test
  void should_tell_start_step_evaluation_checkpoint_and_end_in_this_order() {
    List<String> told = new ArrayList<>();
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(new Nd4jKernels(DataType.DOUBLE), 1),
            new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1))),
            TrainerConfig.defaults(60).with(t -> t.evalEvery(2).checkpointEvery(3)),
            EvolutionConfig.defaults());

    trainer.runSaving(state -> Path.of("at-" + state.progress().step()), new Diary(told, 4));

    assertThat(told)
        .containsExactly(
            "start 0",
            "step 1",
            "step 2",
            "measured 2",
            "step 3",
            "saved at-3",
            "step 4",
            "measured 4",
            "saved at-4",
            "end 4");
  }

  /** Writes down what it is told, and asks for the end after a step. */
  static final class Diary implements TrainingListener {
    private final List<String> told;
    private final long last;
    private Runnable stop = () -> {};

    Diary(List<String> told, long last) {
      this.told = told;
      this.last = last;
    }

    @Override
    public void onStart(Progress from, Runnable requestStop) {
      told.add("start " + from.step());
      stop = requestStop;
    }

    @Override
    public void onEvaluation(StepRecord step) {
      told.add("measured " + step.step());
    }

    @Override
    public void onStep(StepRecord report) {
      told.add("step " + report.step());
      if (report.step() == last) {
        stop.run();
      }
    }

    @Override
    public void onCheckpoint(Path checkpoint) {
      told.add("saved " + checkpoint);
    }

    @Override
    public void onEnd(Progress to) {
      told.add("end " + to.step());
    }
  }
}
