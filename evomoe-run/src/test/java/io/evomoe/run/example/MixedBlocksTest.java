package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.Training;
import io.evomoe.training.TrainingData;
import io.evomoe.training.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class MixedBlocksTest {
  private static final int VOCABULARY = 20;

  @TempDir Path folder;

  @Test
  void should_learn_and_continue_as_if_it_had_not_stopped() {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    train(cut, MixedBlocksTest::stopAfterFive).close();
    assertThat(losses(cut)).hasSize(5);
    try (Gpt one = train(whole, (step, training) -> {});
        Gpt resumed = train(cut, (step, training) -> {});
        Gpt loaded = model()) {
      Checkpoint.open(cut.resolve("checkpoints/step-00000012")).loadModel(loaded);
      for (int i = 0; i < one.parameters().size(); i++) {
        assertThat(resumed.parameters().get(i).value())
            .as(one.parameters().get(i).name())
            .isEqualTo(one.parameters().get(i).value())
            .isEqualTo(loaded.parameters().get(i).value());
      }
    }
    assertThat(losses(cut)).hasSize(12).isEqualTo(losses(whole));
    assertThat(losses(cut).get(11)).isLessThan(losses(cut).get(0));
  }

  private static void stopAfterFive(StepRecord step, Training training) {
    if (step.step() == 5) {
      training.requestStop();
    }
  }

  private static Gpt train(Path out, Callback callback) {
    Gpt model = model();
    TrainerConfig config = TrainerConfig.defaults(12).with(t -> t.learningRate(0.01));
    TrainingData<LanguageBatch> data =
        new TrainingData<>(MixedBlocksTest::batch, List.of(batch(-1)));
    try (TrainingJob<LanguageBatch> job =
        TrainingJob.of(model, data).named("count", "switch").config(config).in(out)) {
      job.train(callback);
    }
    return model;
  }

  private static Gpt model() {
    return MixedBlocks.model(
        VOCABULARY,
        Gates.of(GateProvider.named("switch")),
        KernelSelection.forType(DataType.FLOAT));
  }

  /** Sequences that count upwards. */
  private static LanguageBatch batch(long step) {
    int[] ids =
        IntStream.range(0, 64).map(i -> (int) (step + i + i / 16 * 3L + 1) % VOCABULARY).toArray();
    int[] next = IntStream.of(ids).map(id -> (id + 1) % VOCABULARY).toArray();
    return new LanguageBatch(TokenBatch.of(16, ids), next);
  }

  private static List<Double> losses(Path out) {
    return StepFile.read(out.resolve(StepFile.NAME)).stream().map(StepRecord::trainLoss).toList();
  }
}
