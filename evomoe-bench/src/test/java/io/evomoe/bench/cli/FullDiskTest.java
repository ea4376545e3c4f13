package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.testing.SmallDisk;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a run when its disk takes no more. */
class FullDiskTest {
  @TempDir Path folder;
  private TinyRuns gpt;
  private Path disk;

  @BeforeEach
  void write_a_text() throws IOException {
    gpt = TinyRuns.everyTask(folder).get(0);
    disk = Files.createDirectory(folder.resolve("disk"));
  }

  @Test
  void a_full_disk_should_end_the_run_in_one_line_and_leave_the_last_checkpoint_whole()
      throws Exception {
    try (SmallDisk ignored = SmallDisk.mount(disk, 2)) {
      Path run = disk.resolve("run");
      CommandRun full =
          gpt.train(
              run,
              "evomoe",
              "400",
              "--set",
              "training.checkpointEvery=20",
              "--set",
              "guards.keepCheckpoints=1000");

      assertThat(full.code()).isEqualTo(1);
      assertThat(full.err().lines().filter(line -> line.startsWith("evomoe: ")))
          .singleElement()
          .asString()
          .contains(
              "cannot write checkpoint ", "No space left on device", "the last checkpoint is ");
      Path last = CheckpointFolder.latest(run.resolve("checkpoints")).orElseThrow();
      Checkpoint saved = Checkpoint.open(last);
      assertThat(full.err()).contains(last.toString());
      assertThat(run.resolve("checkpoints").toFile().list())
          .as("nothing half written")
          .allMatch(name -> name.startsWith("step-"));

      deleteAllBut(run.resolve("checkpoints"), last);
      CommandRun resumed = CommandRun.of("train", "--resume", run.toString());
      assertThat(resumed.out())
          .contains("Resuming after step %d of 400".formatted(saved.progress().step()));
    }
  }

  @Test
  void a_disk_that_became_read_only_should_leave_the_checkpoint_and_say_so() throws Exception {
    try (SmallDisk mounted = SmallDisk.mount(disk, 16)) {
      Path run = disk.resolve("run");
      assertThat(gpt.train(run, "evomoe", "10").code()).isZero();
      mounted.makeReadOnly();

      CommandRun fresh = gpt.train(disk.resolve("other"), "evomoe", "10");
      CommandRun again = CommandRun.of("train", "--resume", run.toString());

      assertThat(fresh.code()).isEqualTo(2);
      assertThat(fresh.err()).contains("evomoe: output folder ", "cannot be");
      assertThat(again.code()).isNotZero();
      assertThat(again.err().lines().filter(line -> line.startsWith("evomoe: "))).hasSize(1);
      assertThat(again.err()).contains(run.toString()).doesNotContain("\tat ");
      assertThat(CommandRun.of("eval", "--checkpoint", run.toString()).code()).isZero();
    }
  }

  private static void deleteAllBut(Path checkpoints, Path last) throws IOException {
    try (Stream<Path> all = Files.list(checkpoints)) {
      for (Path folder : all.filter(path -> !path.equals(last)).toList()) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(folder);
      }
    }
  }
}
