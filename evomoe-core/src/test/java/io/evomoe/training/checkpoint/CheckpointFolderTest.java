package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.internal.files.FileTree;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.testing.OtherDigits;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @Test
  void the_newest_should_be_taken_again_when_it_was_deleted_while_it_was_read() {
    write(1);
    List<Long> tried = new ArrayList<>();

    Checkpoint opened =
        CheckpointFolder.openLatest(
                directory,
                folder -> {
                  long step = CheckpointFiles.stepInName(folder).orElseThrow();
                  tried.add(step);
                  if (step < 7) {
                    write((int) step + 2);
                    write((int) step + 3);
                  }
                  return Checkpoint.open(folder);
                })
            .orElseThrow();

    assertThat(opened.progress().step()).isEqualTo(7);
    assertThat(tried).containsExactly(1L, 4L, 7L);
  }

  @Test
  void a_damaged_checkpoint_should_be_read_once() throws IOException {
    Path newest = write(3);
    Files.delete(newest.resolve("model.safetensors"));
    List<Path> tried = new ArrayList<>();

    assertThatThrownBy(
            () ->
                CheckpointFolder.openLatest(
                    directory,
                    folder -> {
                      tried.add(folder);
                      return Checkpoint.open(folder);
                    }))
        .isInstanceOf(CheckpointException.class);
    assertThat(tried).containsExactly(newest);
  }

  @Test
  void a_folder_that_was_deleted_while_the_run_trains_should_not_be_made_again()
      throws IOException {
    Path run = directory.resolve("run");
    Path checkpoints = run.resolve("checkpoints");
    CheckpointFolder written = new CheckpointFolder(checkpoints, 2, Map.of());
    write(1, written);
    FileTree.delete(run);

    assertThatThrownBy(() -> write(2, written))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot write checkpoint %s: its folder was deleted or moved while the run trained; there is no earlier checkpoint"
                .formatted(checkpoints.resolve("step-00000002")));
    assertThat(run).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"3, 400, 400, true", "3, 399, 400, false", "1, 199, 200, false", "1, 200, 200, true"})
  void a_run_whose_checkpoints_will_not_fit_should_be_refused_before_it_trains(
      long kept, long free, long needed, boolean fits) {
    CheckpointFolder checkpoints = new CheckpointFolder(directory, 3, Map.of());
    long mebibyte = 1 << 20;

    ThrowingCallable asked = () -> checkpoints.requireRoom(100 * mebibyte, kept, free * mebibyte);

    if (fits) {
      assertThatCode(asked).doesNotThrowAnyException();
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(asked)
          .withMessage(
              "%d checkpoints of 100.0 MiB in %s need %d.0 MiB more disk space, but %d.0 MiB are free: make room, lower guards.keepCheckpoints, or name another folder"
                  .formatted(needed / 100, directory, needed, free));
    }
  }

  @Test
  void checkpoints_that_make_room_should_count_as_free() {
    long there = CheckpointFolder.size(write(1)) + CheckpointFolder.size(write(2));
    CheckpointFolder checkpoints = new CheckpointFolder(directory, 2, Map.of());

    assertThatCode(() -> checkpoints.requireRoom(there, 2, 2 * there)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> checkpoints.requireRoom(there, 2, 2 * there - 1));
  }

  /** A checkpoint of a model that took so many steps. */
  private Path write(int steps) {
    return write(steps, new CheckpointFolder(directory, 2, Map.of()));
  }

  private static Path write(int steps, CheckpointFolder checkpoints) {
    try (Trainer<TinyBatch> trainer = trainer()) {
      for (int step = 0; step < steps; step++) {
        trainer.step();
      }
      return checkpoints.write(trainer.state());
    }
  }

  static Trainer<TinyBatch> trainer() {
    return new Trainer<>(
        new TinyModel(KernelSelection.forType(DataType.DOUBLE), 1),
        new TrainingData<>(TinyBatch::number, List.of()),
        TrainerConfig.defaults(10),
        EvolutionConfig.defaults());
  }
}
