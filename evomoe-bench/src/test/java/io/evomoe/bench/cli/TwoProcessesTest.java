package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes that want to write the same folder: one is refused, and what the other leaves is
 * what an undisturbed one leaves, to the bit.
 */
@ExtendWith(OnTheFastKernels.class)
class TwoProcessesTest {
  /** Trainings that lock their folders as that of gpt does. */
  private static final Set<String> OTHER_TASKS = Set.of("train roberta", "train mt");

  private static final String STEPS = "60";
  private static final int LATEST_MILLIS = 300;
  private static final long PATIENCE_MINUTES = 10;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(18);

  @Tag("long")
  @Test
  void one_should_be_refused_and_the_other_undisturbed() throws Exception {
    assertThat(pairsOf(command -> !OTHER_TASKS.contains(command.name()))).isEqualTo(10);
  }

  @Tag("campaign")
  @Test
  void one_should_be_refused_in_other_tasks() throws Exception {
    assertThat(pairsOf(command -> OTHER_TASKS.contains(command.name()))).isEqualTo(2);
  }

  private int pairsOf(Predicate<WritingCommand> wanted) throws Exception {
    int pairs = 0;
    for (WritingCommand command :
        WritingCommand.all(folder, STEPS).stream().filter(wanted).toList()) {
      List<String> whole = undisturbed(command);
      Path out = place("out-" + pairs, command);
      oneRefused(command.name(), out, command.arguments().apply(out));
      pairs++;
      assertThat(command.result().apply(out)).as(command.name()).isNotEmpty().isEqualTo(whole);
      if (command.name().equals("train gpt")) {
        pairs += trainingOn(command, out, whole);
      }
    }
    System.out.printf("%d pairs: one refused each time, the other's result equal%n", pairs);
    return pairs;
  }

  private List<String> undisturbed(WritingCommand command) throws Exception {
    Path whole = place("whole", command);
    CommandRun run = CommandRun.of(command.arguments().apply(whole).toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return command.result().apply(whole);
  }

  /** Of the same name each time, which a GGUF file has in its metadata. */
  private Path place(String parent, WritingCommand command) throws IOException {
    return Files.createDirectories(folder.resolve(parent))
        .resolve(command.name().replace(' ', '-'));
  }

  /** A run that somebody else wants to go on with, while it is trained and when both go on. */
  private int trainingOn(WritingCommand training, Path trained, List<String> whole)
      throws Exception {
    Path run = folder.resolve("resumed");
    refusedToGoOn(run, training.arguments().apply(run));
    assertThat(training.result().apply(run)).isEqualTo(whole);

    keepFirstCheckpoint(trained);
    oneRefused("resumed", trained, List.of("train", "--resume", trained.toString()));
    assertThat(training.result().apply(trained)).isEqualTo(whole);
    return 2;
  }

  /** Both at once, the second a moment later or not. */
  private void oneRefused(String name, Path out, List<String> arguments) throws Exception {
    Process one = run(arguments, "one");
    assertThat(one.waitFor(random.nextInt(LATEST_MILLIS), TimeUnit.MILLISECONDS)).isFalse();
    Process two = run(arguments, "two");
    for (Process process : List.of(one, two)) {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    }
    String what = name + "\n" + said("one") + said("two");
    assertThat(List.of(one.exitValue(), two.exitValue())).as(what).containsExactlyInAnyOrder(0, 2);
    Process winner = one.exitValue() == 0 ? one : two;
    assertThat(said(winner == one ? "two" : "one").lines())
        .filteredOn(line -> !line.startsWith("Warning: Versions"))
        .as(what)
        .singleElement()
        .asString()
        .contains(out.toString())
        .containsAnyOf(
            " is being written by evomoe " + arguments.get(0) + ", process " + winner.pid(),
            " must be new");
  }

  private static void signal(String name, Process process) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  /** A run that is trained, and somebody who wants to go on with it. */
  private void refusedToGoOn(Path out, List<String> training) throws Exception {
    Process one = run(training, "one");
    while (CheckpointFolder.latest(out.resolve("checkpoints")).isEmpty() && one.isAlive()) {
      Thread.sleep(1);
    }
    signal("STOP", one); // or it could be over before the other has started
    Process two = run(List.of("train", "--resume", out.toString()), "two");

    assertThat(two.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(two.exitValue()).as(said("two")).isEqualTo(2);
    assertThat(said("two")).contains(" is being written by evomoe train, process " + one.pid());
    signal("CONT", one);
    assertThat(one.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(one.exitValue()).as(said("one")).isZero();
  }

  private static void keepFirstCheckpoint(Path run) throws IOException {
    while (true) {
      Path newest = CheckpointFolder.latest(run.resolve("checkpoints")).orElseThrow();
      try (var all = Files.list(newest.getParent())) {
        if (all.count() == 1) {
          return;
        }
      }
      TinyRuns.deleteNewestCheckpoint(run);
    }
  }

  private String said(String log) throws IOException {
    return Files.readString(folder.resolve(log + ".log"));
  }

  private Process run(List<String> arguments, String log) throws IOException {
    return CommandRun.process(arguments, folder.resolve(log + ".log"));
  }
}
