package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.StandardOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class StandardOutputTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_command_should_fail_where_its_result_is_lost() throws Exception {
    Process command = CommandRun.process(List.of("gates"), Path.of("/dev/full"));

    assertThat(command.waitFor()).isEqualTo(1);
  }

  @Test
  void what_was_lost_should_be_said_once_and_not_hide_a_failure() {
    StandardOutput full = new StandardOutput(failing("No space left on device"), false);
    PrintStream printed = new PrintStream(full, true, StandardCharsets.UTF_8);
    printed.println("result");
    printed.println("more");

    assertThat(said(full, 0))
        .isEqualToNormalizingNewlines(
            "1: evomoe: standard output cannot be written: No space left on device\n");
    assertThat(said(full, 2)).startsWith("2: evomoe: ");
  }

  @Test
  void a_reader_that_has_had_enough_should_be_no_failure() {
    StandardOutput head = new StandardOutput(failing("Broken pipe"), false);
    StandardOutput piped = new StandardOutput(failing("Daten\u00fcbergabe unterbrochen"), true);
    for (StandardOutput out : List.of(head, piped)) {
      new PrintStream(out, true, StandardCharsets.UTF_8).println("result");

      assertThat(said(out, 0)).isEqualTo("0: ");
    }
  }

  @Test
  void all_should_come_through_as_it_was_printed() {
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    StandardOutput whole = new StandardOutput(taken);
    PrintStream printed = new PrintStream(whole, true, StandardCharsets.UTF_8);
    printed.print('é');
    printed.println("γ");

    assertThat(taken.toString(StandardCharsets.UTF_8)).isEqualToNormalizingNewlines("éγ\n");
    assertThat(said(whole, 0)).isEqualTo("0: ");
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void a_long_line_should_be_broken_at_blanks_where_a_terminal_is_narrow() {
    String line = "kernels  ok  onednn-3.13, eight threads of eight";
    System.setProperty("evomoe.output.columns", "30");
    try {
      assertThat(StandardOutput.wrapped(line, 13))
          .isEqualToNormalizingNewlines(
              """
              kernels  ok  onednn-3.13,
                           eight threads of
                           eight""");
      assertThat(StandardOutput.wrapped(line.substring(0, 30), 13)).hasSize(30);
      assertThat(StandardOutput.wrapped("a  /a/path/that/is/as/long/as/this one", 3))
          .isEqualToNormalizingNewlines("a  /a/path/that/is/as/long/as/this\n   one");
    } finally {
      System.clearProperty("evomoe.output.columns");
    }
    assertThat(StandardOutput.wrapped(line, 13)).isEqualTo(line);
  }

  private static String said(StandardOutput out, int code) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int after = out.codeAfter(code);
      return after + ": " + err.toString(StandardCharsets.UTF_8);
    } finally {
      System.setErr(before);
    }
  }
}
