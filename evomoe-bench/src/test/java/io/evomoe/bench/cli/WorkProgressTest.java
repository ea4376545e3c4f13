package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.WorkProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WorkProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private long now;

  @Test
  void should_show_a_line_of_long_work_every_some_seconds_and_none_of_short_work() {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    try (WorkProgress progress = new WorkProgress(out, () -> now)) {
      for (int second = 0; second <= 12; second++) {
        now = second * SECOND;
        progress.at("Counting", second, 20);
      }
      for (int second = 13; second <= 17; second++) {
        now = second * SECOND;
        progress.at("Encoding", second, 20);
      }
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("Counting: 30%", "Counting: 60%");
  }
}
