package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** A training whose gates count the steps of one before it, as in fine-tuning. */
class EarlierTrainingTest {
  @TempDir Path directory;

  @Test
  void should_keep_what_step_gates_are_told() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(kernels, 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(10),
            new EvolutionSchedule(
                EvolutionConfig.defaults(),
                10,
                ExpertLifecycle.FROM_START,
                1000,
                OptionalDouble.of(0.25)));
    for (int step = 0; step < 5; step++) {
      trainer.step();
    }

    Path saved = new CheckpointFolder(directory, 2, Map.of()).write(trainer.state());
    Checkpoint checkpoint = Checkpoint.open(saved);

    assertThat(checkpoint.context().step()).isEqualTo(1005);
    assertThat(checkpoint.context().annealingLeft()).isEqualTo(0.25);
    assertThat(checkpoint.progress().step()).isEqualTo(5);
  }
}
