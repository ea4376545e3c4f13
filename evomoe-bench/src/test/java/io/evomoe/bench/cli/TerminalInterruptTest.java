package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.CommandText;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ctrl-C, typed on a terminal on which {@code ./evomoe} shows its bars. {@link
 * TerminalCampaignTest} types it into other commands, and at other moments.
 */
@Tag("long")
@ExtendWith(OnTheFastKernels.class) // the launcher chooses kernels of its own
class TerminalInterruptTest {
  private static final int STEPS = 60;

  @TempDir Path folder;

  @Test
  void should_save_a_run_that_is_stopped_in_a_step_and_say_how_to_go_on() throws Exception {
    TinyRuns task = TinyRuns.everyTask(folder).get(0);
    Path out = folder.resolve("run");
    Launcher launcher = Launcher.in(folder.resolve("home of mine"));
    String shown;
    try (PseudoTerminal terminal =
        PseudoTerminal.start(
            folder, launcher.command(task.trainArguments(out, "evomoe", "" + STEPS)))) {
      terminal.await(text -> text.matches("(?s).* [1-9]\\d*/60\\D.*"));
      terminal.interrupt();
      assertThat(terminal.exitCode()).as(terminal.shown()).isEqualTo(130);
      shown = terminal.shown();
    }

    String program = CommandText.program(launcher.script().toString(), System.getenv());
    String goOn = "%s train --resume %s".formatted(program, out);
    assertThat(shown).contains("Stopped and saved; continue with: " + goOn);
    assertThat(TinyRuns.losses(out)).hasSizeBetween(1, STEPS - 1);
    CommandRun.of("train", "--resume", out.toString());
    Path whole = folder.resolve("whole");
    task.train(whole, "evomoe", "" + STEPS);
    assertThat(TinyRuns.losses(out)).isEqualTo(TinyRuns.losses(whole)).hasSize(STEPS);
  }

  @Test
  void a_bar_should_be_as_wide_as_the_terminal() throws Exception {
    try (PseudoTerminal terminal = wholeRun()) {
      assertThat(terminal.exitCode()).as(terminal.shown()).isZero();
      assertThat(terminal.shown().replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "").split("[\r\n]"))
          .filteredOn(line -> line.contains(" 60/60 "))
          .as("of 100 columns, the last of which would wrap")
          .isNotEmpty()
          .allMatch(line -> line.length() == 99);
    }
  }

  @Test
  void a_line_of_the_log_should_take_the_place_of_the_bar() throws Exception {
    try (PseudoTerminal terminal = wholeRun()) {
      assertThat(terminal.exitCode()).as(terminal.shown()).isZero();
      assertThat(terminal.shown()).contains("\r\u001b[KSpawned experts after step");
    }
  }

  private PseudoTerminal wholeRun() throws Exception {
    TinyRuns task = TinyRuns.everyTask(folder).get(0);
    Launcher launcher = Launcher.in(folder.resolve("home"));
    return PseudoTerminal.start(
        folder, launcher.command(task.trainArguments(folder.resolve("run"), "evomoe", "" + STEPS)));
  }
}
