package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.TerminalBar;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TerminalBarLineTest {
  private static final String STATE = "loss 4.1234, 3.80 active, valid 4.2345 at step 100";

  @Test
  void should_show_loss_and_active_experts_at_80_columns() {
    assertThat(line(120, STATE, 79))
        .isEqualTo(
            "evomoe  24% [==>         ] 120/500 1:35 left  loss 4.1234, 3.80 active"
                .replace("[==>         ]", "[" + "=".repeat(5) + ">" + " ".repeat(15) + "]"));
    assertThat(line(120, STATE, 99)).endsWith(STATE).hasSize(99);
    assertThat(
            TerminalBar.line(
                "stablemoe seed 12", 119_999, 120_000, 0, Duration.ofHours(9), STATE, 79))
        .contains("loss 4.1234, 3.80 active");
  }

  @Test
  void should_fit_into_any_width() {
    for (int width = 0; width < 200; width++) {
      for (long done : new long[] {0, 1, 250, 500}) {
        assertThat(line(done, STATE, width)).hasSizeLessThanOrEqualTo(width);
        assertThat(line(done, "", width)).hasSizeLessThanOrEqualTo(width);
      }
    }
  }

  @Test
  void should_be_empty_at_the_start_and_full_at_the_end() {
    assertThat(line(0, "", 60)).isEqualTo("evomoe   0% [>" + " ".repeat(39) + "] 0/500");
    assertThat(line(500, "", 79))
        .isEqualTo("evomoe 100% [" + "=".repeat(40) + "] 500/500 0:00 left");
  }

  @Test
  void should_reckon_the_time_that_is_left_by_what_was_done_here() {
    assertThat(TerminalBar.line("a", 300, 400, 200, Duration.ofMinutes(60), "", 79))
        .contains(" 1:00:00 left");
  }

  private static String line(long done, String message, int width) {
    return TerminalBar.line("evomoe", done, 500, 0, Duration.ofSeconds(30), message, width);
  }
}
