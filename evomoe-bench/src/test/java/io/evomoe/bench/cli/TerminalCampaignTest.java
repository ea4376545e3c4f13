package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.FolderLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ctrl-C, typed on a terminal while texts are read, in a step, and while a checkpoint is written:
 * the command that is printed, given to a shell, ends with the curve of an undisturbed run, to the
 * bit.
 */
@ExtendWith(OnTheFastKernels.class)
class TerminalCampaignTest {
  private static final Pattern GO_ON = Pattern.compile("continue with: ([^\r\n]+)");
  private static final String STEPS = "80";
  private static final int WORDS = 150_000;

  @TempDir Path folder;

  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"train, CHECKPOINT", "compare, STEP"})
  void so_should_each_command_at_the_moment_of_the_other(String command, Moment moment)
      throws Exception {
    should_go_on_as_if_nothing_had_been(command, moment);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"train, STEP", "compare, CHECKPOINT"})
  void should_go_on_as_if_nothing_had_been(String command, Moment moment) throws Exception {
    TinyRuns task = TinyRuns.everyTask(folder).get(0);
    Path out = folder.resolve("out");
    String shown = interrupted(arguments(task, command, out), moment, out);

    assertThat(shown).contains("Stopped and saved");
    Matcher goOn = GO_ON.matcher(shown);
    assertThat(goOn.find()).isTrue();
    assertThat(TinyRuns.losses(out)).isNotEmpty().hasSizeLessThan(rows(command));
    sh(goOn.group(1));
    assertEqualToAnUndisturbedOne(task, command, out);
  }

  @Tag("long")
  @Test
  void should_leave_nothing_of_a_command_that_is_stopped_while_it_reads() throws Exception {
    requireNothingLeftOf("train");
  }

  @Tag("campaign")
  @Test
  void should_leave_nothing_of_a_comparison_that_is_stopped_while_it_reads() throws Exception {
    requireNothingLeftOf("compare");
  }

  private void requireNothingLeftOf(String command) throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < WORDS; i++) {
      text.append(Integer.toString(i * 7919, 36)).append(i % 50 == 0 ? ".\n\n" : " ");
    }
    Path words = Files.writeString(folder.resolve("words.txt"), text.toString());
    TinyRuns task = new TinyRuns("gpt", words);
    Path out = folder.resolve("out");
    List<String> arguments = arguments(task, command, out);

    String shown = interrupted(arguments, Moment.READING, out);

    assertThat(shown).contains("evomoe: stopped: nothing was saved").doesNotContain("vocabulary");
    try (Stream<Path> left = Files.list(out)) {
      assertThat(left.map(file -> String.valueOf(file.getFileName())))
          .as("a lock that nobody holds stands in nobody's way")
          .isSubsetOf(FolderLock.NAME);
    }
    assertThat(CommandRun.of(arguments.toArray(String[]::new)).code()).isZero();
    assertEqualToAnUndisturbedOne(task, command, out);
  }

  private static List<String> arguments(TinyRuns task, String command, Path out) {
    String[] often = {"--set", "training.checkpointEvery=1"};
    return command.equals("train")
        ? task.trainArguments(out, "evomoe", STEPS, often)
        : task.compareArguments(out, "switch,evomoe", STEPS, often);
  }

  private static int rows(String command) {
    return Integer.parseInt(STEPS) * (command.equals("train") ? 1 : 2);
  }

  private void assertEqualToAnUndisturbedOne(TinyRuns task, String command, Path out) {
    Path whole = folder.resolve("whole");
    List<String> arguments = arguments(task, command, whole);
    assertThat(CommandRun.of(arguments.toArray(String[]::new)).code()).isZero();
    assertThat(TinyRuns.losses(out)).isEqualTo(TinyRuns.losses(whole)).hasSize(rows(command));
  }

  private String interrupted(List<String> arguments, Moment moment, Path out) throws Exception {
    Path home = folder.resolve("home");
    try (PseudoTerminal terminal =
        PseudoTerminal.start(folder, Launcher.in(home).command(arguments))) {
      terminal.await(shown -> moment.hasCome(shown, out));
      terminal.interrupt();
      assertThat(terminal.exitCode()).as(terminal.shown()).isEqualTo(130);
      return terminal.shown();
    }
  }

  private void sh(String command) throws Exception {
    Path log = folder.resolve("log");
    Process shell =
        new ProcessBuilder("sh", "-c", command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(shell.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(shell.exitValue()).as("%s", Files.readString(log)).isZero();
  }

  private enum Moment {
    READING,
    STEP,
    CHECKPOINT;

    boolean hasCome(String shown, Path out) {
      return switch (this) {
        // The lock is the first thing that is written, and the text is read next.
        case READING -> Files.exists(out.resolve(FolderLock.NAME));
        case STEP -> shown.matches("(?s).* [1-9]\\d*/" + STEPS + "\\D.*");
        case CHECKPOINT -> STEP.hasCome(shown, out) && isSaving(out);
      };
    }

    private static boolean isSaving(Path out) {
      List<Path> places = new ArrayList<>(List.of(out.resolve("checkpoints")));
      places.add(out.resolve("runs/switch-1/checkpoints"));
      for (Path place : places) {
        try (Stream<Path> files = Files.list(place)) {
          if (files.anyMatch(file -> String.valueOf(file.getFileName()).startsWith(".saving-"))) {
            return true;
          }
        } catch (IOException | UncheckedIOException e) {
          // It is not there yet.
        }
      }
      return false;
    }
  }
}
