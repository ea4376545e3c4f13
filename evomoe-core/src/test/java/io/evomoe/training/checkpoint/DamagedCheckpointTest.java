package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** Bits that flip and files that end too early, at random places of all files of a checkpoint. */
class DamagedCheckpointTest {
  private static final int PLACES = 1000;
  private static final long SEED = 4;

  @TempDir private Path directory;
  private Path checkpoint;
  private List<Path> files;

  @BeforeEach
  void save() throws IOException {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(kernels, 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(20).with(t -> t.checkpointEvery(10)),
            new EvolutionSchedule(EvolutionConfig.defaults(), 20, ExpertLifecycle.SPAWNED));
    trainer.runSaving(new CheckpointFolder(directory, 2, Map.of()));
    checkpoint = CheckpointFolder.latest(directory).orElseThrow();
    try (Stream<Path> all = Files.list(checkpoint)) {
      files = all.sorted().toList();
    }
  }

  @Test
  void should_find_a_flipped_bit_at_any_place_and_name_the_file() throws IOException {
    everywhere(
        (bytes, at) -> {
          byte[] damaged = bytes.clone();
          damaged[at] ^= (byte) (1 << (at % 8));
          return damaged;
        });
  }

  @Test
  void should_find_a_file_that_ends_too_early_and_name_it() throws IOException {
    everywhere((bytes, at) -> Arrays.copyOf(bytes, at));
  }

  private void everywhere(Damage damage) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    int found = 0;
    assertThat(files).hasSize(4);
    for (int i = 0; i < PLACES; i++) {
      Path file = files.get(i % files.size());
      byte[] whole = Files.readAllBytes(file);
      int at = random.nextInt(whole.length);
      Files.write(file, damage.apply(whole, at));

      Throwable thrown = catchThrowable(() -> CheckpointFolder.openLatest(directory));

      assertThat(thrown)
          .as("%s, byte %d", file.getFileName(), at)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("the checkpoint before it is whole: ")
          .hasMessageContaining("step-00000010");
      found++;
      Files.write(file, whole);
    }
    assertThat(CheckpointFolder.openLatest(directory)).isPresent();
    assertThat(found).isEqualTo(PLACES);
  }

  private interface Damage {
    byte[] apply(byte[] bytes, int at);
  }
}
