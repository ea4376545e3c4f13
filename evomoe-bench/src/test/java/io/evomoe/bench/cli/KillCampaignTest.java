package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs of all tasks in processes of their own, killed as with {@code kill -9} at random moments and
 * resumed until they are done: their curves must be those of runs that nobody disturbed, to the
 * bit. {@code -Devomoe.kills=100} is the whole campaign. A step is short and every third writes a
 * checkpoint, so many of the kills fall into the writing of one.
 */
@Tag("long")
@ExtendWith(OnTheFastKernels.class)
class KillCampaignTest {
  private static final int KILLS = Integer.getInteger("evomoe.kills", 3);
  private static final String STEPS = "240";
  private static final int LONGEST_MILLIS = 6000;
  private static final long PATIENCE_MINUTES = 5;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(9);
  private int kills;
  private int killsWhileSaving;
  private int startedOver;

  @Test
  void should_end_with_the_curve_of_an_undisturbed_run_however_often_it_is_killed()
      throws Exception {
    for (int round = 0; kills < KILLS; round++) {
      for (TinyRuns task : TinyRuns.everyTask(folder)) {
        Path whole = folder.resolve(task.task() + "-whole");
        if (!Files.exists(whole)) {
          assertThat(run(task.trainArguments(whole, "evomoe", STEPS)).waitFor()).isZero();
        }
        if (kills < KILLS) {
          Path killed = folder.resolve(task.task() + "-" + round);
          finish(task, killed, Math.max(1, KILLS / 6));
          assertThat(TinyRuns.losses(killed)).isEqualTo(TinyRuns.losses(whole)).hasSize(240);
          assertThat(killed.resolve("result.json")).exists();
        }
      }
    }
    System.out.printf(
        "%d kills, %d of them while a checkpoint was written, %d before the first one; every curve"
            + " equal to the bit%n",
        kills, killsWhileSaving, startedOver);
    assertThat(kills).isEqualTo(KILLS);
  }

  /** Most kills are while the change is made: the configuration and the checkpoint are written. */
  @Test
  void a_finished_run_should_be_made_longer_however_often_that_is_killed() throws Exception {
    TinyRuns gpt = TinyRuns.everyTask(folder).get(0);
    String[] longer = {"train", "--resume", "", "--steps", "60"};
    Path finished = folder.resolve("finished");
    assertThat(run(gpt.trainArguments(finished, "evomoe", "12")).waitFor()).isZero();
    Path whole = copy(finished, folder.resolve("longer"));
    longer[2] = whole.toString();
    assertThat(run(List.of(longer)).waitFor()).isZero();

    int changed = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Path killed = copy(finished, folder.resolve("killed-" + kill));
      longer[2] = killed.toString();
      Process process = run(List.of(longer));
      while (process.isAlive() && !holdsUnfinishedCheckpoint(killed)) {
        Thread.onSpinWait();
      }
      Thread.sleep(random.nextInt(300));
      process.destroyForcibly().waitFor();
      changed += Files.mismatch(config(killed), config(finished)) < 0 ? 0 : 1;
      assertThat(run(List.of(longer)).waitFor()).as("%s", Files.readString(log())).isZero();
      assertThat(TinyRuns.losses(killed)).isEqualTo(TinyRuns.losses(whole)).hasSize(60);
      assertThat(config(killed)).hasSameTextualContentAs(config(whole));
    }
    System.out.printf(
        "%d kills while a run was changed, %d of them after its configuration%n", KILLS, changed);
  }

  private static Path config(Path run) {
    return run.resolve("config.yaml");
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  private void finish(TinyRuns task, Path run, int mostKills) throws Exception {
    int own = 0;
    while (true) {
      boolean saved = CheckpointFolder.latest(run.resolve("checkpoints")).isPresent();
      Process process =
          run(
              saved
                  ? List.of("train", "--resume", run.toString())
                  : task.trainArguments(
                      run, "evomoe", STEPS, "--set", "training.checkpointEvery=3"));
      boolean kill = kills < KILLS && own < mostKills;
      if (kill && !process.waitFor(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS)) {
        kill(process, run, saved);
        own++;
        continue;
      }
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("%s", Files.readString(log())).isZero();
      if (own >= mostKills || kills >= KILLS) {
        return;
      }
      // It was done before it could be killed: the next call finds nothing left to do.
      own++;
    }
  }

  private void kill(Process process, Path run, boolean saved) throws Exception {
    process.destroyForcibly().waitFor();
    kills++;
    killsWhileSaving += holdsUnfinishedCheckpoint(run) ? 1 : 0;
    boolean nowSaved = CheckpointFolder.latest(run.resolve("checkpoints")).isPresent();
    assertThat(nowSaved || !saved).as("what was saved stays").isTrue();
    startedOver += nowSaved ? 0 : 1;
  }

  private static boolean holdsUnfinishedCheckpoint(Path run) throws IOException {
    if (!Files.exists(run.resolve("checkpoints"))) {
      return false;
    }
    try (var files = Files.list(run.resolve("checkpoints"))) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(".saving-"));
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process run(List<String> arguments) throws IOException {
    return CommandRun.process(arguments, log());
  }
}
