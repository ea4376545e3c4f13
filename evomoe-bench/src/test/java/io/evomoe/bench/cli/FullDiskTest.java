package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.testing.SmallDisk;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a run when its disk takes no more. */
class FullDiskTest extends TinyGpt {
  private static final long LEFT = 100_000;

  private Path disk;

  @BeforeEach
  void make_a_disk() throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
  }

  @Test
  void a_full_disk_should_end_the_run_in_one_line_and_leave_the_last_checkpoint_whole()
      throws Exception {
    try (SmallDisk ignored = SmallDisk.mount(disk, 16)) {
      Path run = disk.resolve("run");
      Path rest = disk.resolve("rest");
      Thread filling = new Thread(() -> fillOnceSaved(run.resolve("checkpoints"), rest));
      filling.setDaemon(true);
      filling.start();
      CommandRun full =
          gpt.train(
              run,
              "evomoe",
              "400",
              "--set",
              "training.checkpointEvery=20",
              "--set",
              "guards.keepCheckpoints=1000");

      filling.join(60_000);
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

      Files.delete(rest);
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

  @Test
  void a_disk_without_room_for_the_checkpoints_should_be_named_before_the_first_step()
      throws Exception {
    try (SmallDisk ignored = SmallDisk.mount(disk, 2)) {
      String[] many = {
        "--set", "training.checkpointEvery=2", "--set", "guards.keepCheckpoints=1000"
      };

      CommandRun refused = gpt.train(disk.resolve("run"), "evomoe", "400", many);

      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err().lines().filter(line -> line.startsWith("evomoe: ")))
          .singleElement()
          .asString()
          .contains("checkpoints of ", " need ", " are free: make room, ");
    }
  }

  /** Somebody else writes to the disk as well, and leaves too little for another checkpoint. */
  private static void fillOnceSaved(Path checkpoints, Path rest) {
    try {
      while (!Files.exists(checkpoints.resolve(CheckpointFolder.name(20)))) {
        Thread.sleep(5);
      }
      byte[] piece = new byte[1 << 12];
      try (OutputStream out = Files.newOutputStream(rest)) {
        while (Files.getFileStore(rest).getUsableSpace() > LEFT) {
          out.write(piece);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
