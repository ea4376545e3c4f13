package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnnealingTest {
  @Test
  void should_compare_the_first_and_the_last_tenth() {
    Annealing annealing = Annealing.of(run(40)).orElseThrow();
    assertThat(annealing.first().temperature()).isEqualTo(38.5);
    assertThat(annealing.last().temperature()).isEqualTo(2.5);
    assertThat(annealing.first().activeExperts()).isEqualTo(38.5);
    assertThat(annealing.last().activeExperts()).isEqualTo(2.5);
    assertThat(annealing.first().millis()).isEqualTo(100, within(1e-9));
    assertThat(annealing.text()).contains("step 100 ms -> 100 ms").doesNotContain("NaN");
  }

  @Test
  void should_say_nothing_of_runs_too_short_to_time() {
    assertThat(Annealing.of(run(19))).isEmpty();
    assertThat(Annealing.of(run(20)).orElseThrow().text()).doesNotContain("NaN");
    assertThat(Annealing.of(run(20, 1))).isEmpty();
  }

  /** Temperature and active experts count down from the number of steps; a step takes 0.1 s. */
  private static RecordedRun run(int steps) {
    return run(steps, Double.NaN);
  }

  private static RecordedRun run(int steps, double validLoss) {
    List<StepRecord> rows =
        IntStream.rangeClosed(1, steps)
            .mapToObj(
                step ->
                    StepRecords.at(step)
                        .wall(0.1 * step)
                        .valid(validLoss)
                        .temperature(steps - step + 1)
                        .active(steps - step + 1)
                        .record())
            .toList();
    return new RecordedRun(new RunName("gpt", "evomoe", 1), rows, List.of());
  }
}
