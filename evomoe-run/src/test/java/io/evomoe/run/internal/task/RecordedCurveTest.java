package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.task.Tasks;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every gate, so that a new gate needs a curve, and every task; on other kernels than oneDNN's,
 * which take minutes for those, evomoe alone.
 */
@Tag("long")
class RecordedCurveTest extends RecordedCurves {
  /** Gates whose routing does not change any more after half of the steps. */
  private static final Set<String> FROZEN = Set.of("hash", "stablemoe");

  static Stream<String> runs() {
    return Stream.concat(
        triedGates().map(gate -> task(gate) + "-" + gate),
        Stream.of(Tasks.ROBERTA + "-evomoe", Tasks.TRANSLATION + "-evomoe"));
  }

  static Stream<String> triedGates() {
    return on("onednn") ? gates() : Stream.of("evomoe");
  }

  @ParameterizedTest
  @MethodSource("triedGates")
  void should_measure_how_many_tokens_change_their_first_expert(String gate) {
    RecordedRun run = trained(task(gate), gate);
    List<StepRecord> evaluated =
        run.steps().stream().filter(row -> row.step() % SmallRuns.EVALUATE_EVERY == 0).toList();
    assertThat(evaluated).hasSize(2);
    double fluctuation = evaluated.get(1).routingFluctuation();
    assertThat(evaluated.get(0).routingFluctuation()).isNaN();
    assertThat(Double.isFinite(fluctuation)).isEqualTo(!run.lastRouting().isEmpty());
    if (FROZEN.contains(gate)) {
      assertThat(fluctuation).isZero();
    } else if (Double.isFinite(fluctuation)) {
      assertThat(fluctuation).isGreaterThan(0).isLessThanOrEqualTo(1);
      assertThat(evaluated.get(1).deadExperts()).isBetween(0.0, SmallRuns.EXPERTS - 1.0);
    }
  }
}
