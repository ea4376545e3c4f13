package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.StepProgress;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import io.evomoe.training.Training;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepProgressTest {

  private static final Training TRAINING = new FakeTraining(new RunName("gpt", "any", 1), 9);

  private static StepProgress started(String name, long steps, PrintStream console) {
    StepProgress progress = new StepProgress(name, console);
    progress.onStart(new FakeTraining(new RunName("gpt", name, 1), steps));
    return progress;
  }

  @Test
  void should_say_when_a_valid_loss_was_measured_that_is_not_new() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
    StepProgress progress = started("switch", 40, console);
    for (int step = 1; step <= 12; step++) {
      double validLoss = step % 6 == 0 ? step : Double.NaN;
      progress.onStep(StepRecords.at(step).valid(validLoss).record(), TRAINING);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "switch step 4/40 loss 2.5000, 500 ms",
            "switch step 8/40 loss 2.5000, valid 6.0000 at step 6, 500 ms",
            "switch step 12/40 loss 2.5000, valid 12.0000, 500 ms");
  }

  @Test
  void should_say_what_a_spawn_and_hard_gates_did() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
    StepProgress progress = started("evomoe", 4000, console);
    progress.onStep(report(7, Phase.DIVERSIFY, 5, List.of()), TRAINING);
    progress.onStep(report(8, Phase.SOFT, 5.25, routing(20, 20)), TRAINING);
    progress.onStep(report(9, Phase.SOFT, 5, routing(15, 16)), TRAINING);
    progress.onStep(report(10, Phase.HARD, 5.5, routing(10, 10)), TRAINING);

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "evomoe: loss 5.0000 -> 5.2500, active experts 1.00 -> 2.00, temperature 1.25",
            "evomoe: from step 10 each token uses only its best experts",
            "evomoe: loss 5.0000 -> 5.5000, active experts 1.55 -> 1.00, temperature 1.25");
  }

  private static List<RoutingReport> routing(int first, int second) {
    return List.of(
        new RoutingReport("blocks.1", 20, List.of(first, second), List.of(), 0, 0.1, List.of()));
  }

  private static StepRecord report(
      long step, Phase phase, double loss, List<RoutingReport> routing) {
    return StepRecords.at(step).phase(phase).train(loss).temperature(1.25).layers(routing).record();
  }
}
