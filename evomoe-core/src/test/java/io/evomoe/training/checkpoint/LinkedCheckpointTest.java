package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Symbolic links where checkpoints are: what they point to is never touched. */
class LinkedCheckpointTest {
  @TempDir private Path folder;
  private Path directory;
  private Path precious;

  @BeforeEach
  void make_what_must_stay() throws IOException {
    directory = Files.createDirectory(folder.resolve("checkpoints"));
    precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("model.safetensors"), "years of work");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".saving-x",
        ".saving-step-00000099",
        ".replaced-step-00000003",
        "step-00000001",
        "set-aside-step-00000006"
      })
  void a_link_with_the_name_of_a_checkpoint_should_be_named_and_refused(String name)
      throws IOException {
    Path saved = trained(directory).resolve("step-00000003");
    Path link = Files.createSymbolicLink(directory.resolve(name), precious);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trained(directory))
        .withMessageStartingWith(link + " is a symbolic link");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointFolder.setAsideNewerThan(saved))
        .withMessageContaining(link.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointFolder.latest(directory))
        .withMessageContaining(link.toString());
    assertThat(precious.resolve("model.safetensors")).hasContent("years of work");
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void a_folder_of_checkpoints_that_is_a_link_should_be_named_and_refused() throws IOException {
    trained(directory);
    Path link = Files.createSymbolicLink(folder.resolve("link"), directory);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trained(link))
        .withMessageStartingWith(link + " is a symbolic link");
  }

  @Test
  void a_link_inside_of_an_old_checkpoint_should_go_with_it_and_what_it_points_to_stay()
      throws IOException {
    Path old = trained(directory).resolve("step-00000003");
    Files.createSymbolicLink(old.resolve("notes"), precious);
    Path nested = Files.createDirectories(old.resolve("more/of/it"));
    Files.createSymbolicLink(nested.resolve("file"), precious.resolve("model.safetensors"));

    trained(directory);

    assertThat(old.resolve("more")).doesNotExist();
    assertThat(precious.resolve("model.safetensors")).hasContent("years of work");
  }

  @ParameterizedTest
  @ValueSource(strings = {"state.json", "SHA256SUMS", "model.safetensors", "optimizer.safetensors"})
  void a_file_of_a_checkpoint_that_is_a_link_should_be_named_and_refused(String name)
      throws IOException {
    Path file = trained(directory).resolve("step-00000010").resolve(name);
    Files.move(file, precious.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    Files.createSymbolicLink(file, precious.resolve(name));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointFolder.openLatest(directory))
        .withMessage(file + " is a symbolic link, which is not followed here: move it away");
  }

  @Test
  void a_link_of_the_users_own_should_be_left_alone() throws IOException {
    Path saved = trained(directory).resolve("step-00000010");
    Path best = Files.createSymbolicLink(directory.resolve("best"), saved);

    trained(directory);

    assertThat(CheckpointFolder.latest(directory)).hasValue(saved);
    assertThat(Checkpoint.open(best).progress().step()).isEqualTo(10);
  }

  /** Three checkpoints, of steps 3, 6 and 10, one after the other. */
  private static Path trained(Path directory) {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    CheckpointFolder checkpoints = new CheckpointFolder(directory, 9, Map.of());
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(kernels, 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(10),
            new EvolutionSchedule(EvolutionConfig.defaults(), 10, ExpertLifecycle.SPAWNED));
    for (int step = 1; step <= 6; step++) {
      trainer.step();
      if (step % 3 == 0) {
        trainer.save(checkpoints);
      }
    }
    trainer.runSaving(checkpoints);
    return directory;
  }
}
