package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./evomoe generate} without a prompt, on a terminal. */
@Tag("long")
@ExtendWith(OnTheFastKernels.class) // the launcher chooses kernels of its own
class PromptLoopTest extends TrainedGpt {
  @SuppressWarnings("NullAway.Init") // each test starts one
  private PseudoTerminal terminal;

  @BeforeEach
  void train() {
    if (!trained.toFile().exists()) {
      gpt.train(trained, "evomoe", "20");
    }
  }

  @Test
  void should_continue_each_line_with_the_settings_typed_before() throws Exception {
    try (PseudoTerminal started = start()) {
      terminal = started;
      enter("", 2);
      enter("of the year", 3);
      assertThat(terminal.shown()).contains(text("4"));
      enter("/tokens x", 4);
      assertThat(terminal.shown()).contains("/tokens must be a whole number, was x");
      enter("/tokes 7", 5);
      assertThat(terminal.shown()).contains("/tokes must be one of /tokens, /temperature");
      enter("/help", 6);
      assertThat(terminal.shown())
          .contains("/top-p 1", "/tokens 4 ", "maximum number of new tokens");
      enter("/tokens 9", 7);
      enter("of the year", 8);
      assertThat(terminal.shown()).contains(text("9"));
      terminal.type("/quit\n");
      assertThat(terminal.exitCode()).as(terminal.shown()).isZero();
    }
  }

  @Test
  void ctrl_c_should_end_the_text_and_then_the_program() throws Exception {
    try (PseudoTerminal started = start()) {
      terminal = started;
      enter("/tokens 1000000", 2);
      terminal.type("of the year\n");
      terminal.await(shown -> shown.matches("(?s).*\nof the year.{20}.*"));
      terminal.interrupt();
      terminal.await(shown -> prompts(shown) == 3);
      terminal.interrupt();
      assertThat(terminal.exitCode()).as(terminal.shown()).isEqualTo(130);
    }
  }

  private PseudoTerminal start() throws Exception {
    Launcher launcher = Launcher.in(folder.resolve("home"));
    PseudoTerminal started =
        PseudoTerminal.start(folder, launcher.command(List.of(arguments("4"))));
    started.await(shown -> prompts(shown) == 1);
    return started;
  }

  private static String[] arguments(String tokens) {
    return new String[] {
      "generate", "--checkpoint", trained.toString(), "--greedy", "--tokens", tokens
    };
  }

  /** Types a line and waits for so many prompts. */
  private void enter(String line, int prompts) throws Exception {
    terminal.type(line + "\n");
    terminal.await(shown -> prompts(shown) == prompts);
  }

  private static int prompts(String shown) {
    return ("\n" + shown).split("\n> ", -1).length - 1;
  }

  /** The same text without a terminal. */
  private static String text(String tokens) {
    byte[] piped = "of the year".getBytes(StandardCharsets.UTF_8);
    return CommandRun.reading(piped, arguments(tokens)).out().replace("\n", "\r\n");
  }
}
