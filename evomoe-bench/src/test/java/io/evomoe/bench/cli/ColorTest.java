package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colours and bold letters are for terminals, and for people who want them. */
class ColorTest {
  private static final String ESCAPE = "\u001b[";

  @TempDir Path folder;

  @Test
  void should_be_shown_on_a_terminal_unless_it_is_not_wanted() throws Exception {
    String plain = onTerminal("NO_COLOR=1");
    assertThat(plain).contains("compare").doesNotContain(ESCAPE);
    String bold = onTerminal("CLICOLOR=1");
    assertThat(bold).contains(ESCAPE);
    assertThat(bold.replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(plain);
  }

  @Test
  void should_not_be_in_what_is_piped() {
    assertThat(CommandRun.of("--help").succeeded().out())
        .contains("compare")
        .doesNotContain(ESCAPE);
  }

  private String onTerminal(String variable) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "-u", "NO_COLOR", variable));
    command.addAll(
        Launcher.in(Files.createTempDirectory(folder, "home")).command(List.of("--help")));
    try (PseudoTerminal terminal = PseudoTerminal.start(folder, command)) {
      assertThat(terminal.exitCode()).as(terminal.shown()).isZero();
      return terminal.shown();
    }
  }
}
