package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.TerminalBar;
import io.evomoe.bench.cli.console.WorkProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TerminalBarTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Pattern PRINTED = Pattern.compile("\r|\n|\033\\[K|[^\r\n\033]+");

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream err = System.err;
  private long now;

  @BeforeEach
  void a_terminal() {
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    System.setProperty("evomoe.terminal", "true");
    System.setProperty("evomoe.columns", "120");
  }

  @AfterEach
  void no_terminal() {
    System.setErr(err);
    System.clearProperty("evomoe.terminal");
    System.clearProperty("evomoe.columns");
  }

  @Test
  void should_leave_nothing_of_a_longer_line() {
    TerminalBar bar = Objects.requireNonNull(TerminalBar.of("evomoe", 200));
    bar.at(199, "loss 3.9123, 3.80 active, valid 3.8123 at step 150");
    bar.at(200, "loss 3.9123, 3.80 active, valid 3.7305");
    bar.end();

    assertThat(screen()).singleElement().asString().endsWith("active, valid 3.7305");
  }

  @Test
  void should_be_drawn_again_below_a_line() {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    TerminalBar bar = Objects.requireNonNull(TerminalBar.of("evomoe", 200));
    bar.at(20, "loss 3.9123");
    TerminalBar.above(out, "evomoe: a line");

    assertThat(screen()).hasSize(2).startsWith("evomoe: a line");
    assertThat(screen().get(1)).startsWith("evomoe  10% [").endsWith("loss 3.9123");
    bar.clear();
    TerminalBar.above(out, "evomoe: another");
    assertThat(screen()).containsExactly("evomoe: a line", "evomoe: another");
  }

  @Test
  void should_clear_the_bar_of_work_that_is_over() {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    try (WorkProgress progress = new WorkProgress(out, () -> now)) {
      for (int second = 0; second <= 3; second++) {
        now = second * SECOND;
        progress.at("Encoding", 1000L * second, 3000);
      }
      progress.at("Encoding", 1, 20);
      out.println("evomoe: a line");
    }

    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("Encoding ");
    assertThat(screen()).containsExactly("evomoe: a line");
  }

  /** What a terminal shows of it. */
  private List<String> screen() {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int column = 0;
    for (MatchResult part :
        PRINTED.matcher(printed.toString(StandardCharsets.UTF_8)).results().toList()) {
      String text = part.group();
      switch (text) {
        case "\r" -> column = 0;
        case "\033[K" -> line.setLength(column);
        case "\n" -> {
          lines.add(line.toString());
          line.setLength(0);
          column = 0;
        }
        default -> {
          int end = Math.min(line.length(), column + text.length());
          line.replace(column, end, text);
          column += text.length();
        }
      }
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }
}
