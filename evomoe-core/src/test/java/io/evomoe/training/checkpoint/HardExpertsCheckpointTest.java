package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** A checkpoint says how many experts of a token the hard phase keeps. */
class HardExpertsCheckpointTest {
  @TempDir Path directory;

  @Test
  void should_keep_how_many_experts_a_token_keeps() {
    Checkpoint saved = Checkpoint.open(saved());

    assertThat(saved.context().phase()).isEqualTo(Phase.HARD);
    assertThat(saved.context().hardExperts()).isEqualTo(2);
  }

  @Test
  void should_keep_what_is_left_of_the_annealing() {
    assertThat(Checkpoint.open(saved()).context().annealingLeft()).isStrictlyBetween(0.0, 1.0);
  }

  private Path saved() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    EvolutionConfig hard =
        EvolutionConfig.defaults().with(e -> e.diversifySteps(0).hardFrom(1).finalTopK(2));
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(kernels, 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(10),
            new EvolutionSchedule(hard, 10, ExpertLifecycle.SPAWNED));
    trainer.step();
    trainer.step();
    return new CheckpointFolder(directory, 2, Map.of()).write(trainer.state());
  }
}
