package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.ChildProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One command, run in this process.
 *
 * @param code its exit code
 * @param out what it printed
 * @param err what it printed on standard error
 */
record CommandRun(int code, String out, String err) {
  /** A command of words that become text. */
  static CommandRun of(Object... words) {
    return of(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
  }

  static CommandRun of(String... arguments) {
    return reading(new byte[0], arguments);
  }

  /** A command in a process of its own. */
  static Process process(List<String> arguments, Path log) throws IOException {
    return ChildProcess.start(arguments, log, Map.of(), Map.of());
  }

  /** It ended well; gives itself. */
  CommandRun succeeded() {
    assertThat(code).as(err).isZero();
    return this;
  }

  /** It ended as wrong input does, with one sentence that says so. */
  void refused(String says) {
    assertThat(err.lines().filter(line -> line.startsWith("evomoe: ")))
        .as(err)
        .hasSize(1)
        .first()
        .asString()
        .contains(says);
    assertThat(code).isEqualTo(2);
  }

  /** With these bytes on standard input. */
  static CommandRun reading(byte[] input, String... arguments) {
    InputStream oldIn = System.in;
    PrintStream oldOut = System.out;
    PrintStream oldErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setIn(new ByteArrayInputStream(input));
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Main.execute(arguments);
      return new CommandRun(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(oldIn);
      System.setOut(oldOut);
      System.setErr(oldErr);
    }
  }
}
