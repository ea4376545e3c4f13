package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.step.Phase;
import io.evomoe.training.PeriodicEvaluation;
import io.evomoe.training.StepReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class StepProgressTest {

  @Test
  void should_say_when_a_valid_loss_was_measured_that_is_not_new() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
    StepProgress progress = new StepProgress("switch", 40, console);
    for (int step = 1; step <= 12; step++) {
      OptionalDouble validLoss = step % 6 == 0 ? OptionalDouble.of(step) : OptionalDouble.empty();
      if (validLoss.isPresent()) {
        progress.onEvaluation(step, new PeriodicEvaluation.Result(validLoss, validLoss));
      }
      progress.onStep(report(step, validLoss));
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "switch step 4/40 loss 2.5000, 500 ms",
            "switch step 8/40 loss 2.5000, valid 6.0000 at step 6, 500 ms",
            "switch step 12/40 loss 2.5000, valid 12.0000, 500 ms");
  }

  private static StepReport report(long step, OptionalDouble validLoss) {
    return new StepReport(
        step,
        10 * step,
        3e9,
        1,
        0.5,
        2.5,
        validLoss,
        0.1,
        1,
        1e-3,
        Phase.SOFT,
        1.25,
        List.of(),
        OptionalDouble.empty());
  }
}
