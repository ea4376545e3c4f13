package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.testing.OtherDigits;
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

class CheckpointFolderTest {
  @TempDir Path directory;

  @Test
  void a_checkpoint_should_be_found_again_whatever_digits_the_locale_has() {
    try (OtherDigits digits = new OtherDigits()) {
      Path written = write(7);

      assertThat(written).hasFileName("step-00000007");
      assertThat(CheckpointFolder.latest(directory)).contains(written);
    }
  }

  /** A checkpoint of a model that took so many steps. */
  private Path write(int steps) {
    try (Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(KernelSelection.forType(DataType.DOUBLE), 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(10),
            EvolutionConfig.defaults())) {
      for (int step = 0; step < steps; step++) {
        trainer.step();
      }
      return new CheckpointFolder(directory, 2, Map.of()).write(trainer.state());
    }
  }
}
