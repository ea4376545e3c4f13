package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.LogOf;
import io.evomoe.training.RecordedRun.RunName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BuiltInCallbacksTest {
  private final FakeTraining training = new FakeTraining(new RunName("gpt", "switch", 1), 99);

  @Test
  void early_stopping_should_end_after_evaluations_in_a_row_without_improvement() {
    assertThat(endedAt(EarlyStopping.after(2), 5, 4, 4, 3, 3.5, 3.1, 2)).isEqualTo(6);
    assertThat(endedAt(EarlyStopping.after(1), 5, 4, 3)).isZero();
    assertThat(endedAt(EarlyStopping.after(1).minimumImprovement(0.5), 5, 4.6, 4)).isEqualTo(2);
    assertThat(endedAt(EarlyStopping.after(3), 5, 6, 7)).isZero();
  }

  private static long endedAt(EarlyStopping stopping, double... losses) {
    FakeTraining its = new FakeTraining(new RunName("gpt", "switch", 1), 99);
    stopping.onStart(its);
    for (int i = 0; i < losses.length; i++) {
      StepRecord step = StepRecords.at(i + 1L).valid(losses[i]).record();
      its.take(step, stopping);
      stopping.onEvaluation(step, its);
      if (its.endRequests() > 0) {
        return i + 1L;
      }
    }
    return 0;
  }

  @Test
  void a_time_limit_should_stop_the_first_step_after_it() {
    AtomicLong clock = new AtomicLong(7);
    TimeLimit limit = new TimeLimit(Duration.ofSeconds(10), clock::get);
    limit.onStart(training);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(10) - 1);
    training.take(StepRecords.at(1).record(), limit);
    assertThat(training.stopRequests()).isZero();
    clock.addAndGet(1);
    training.take(StepRecords.at(2).record(), limit);

    assertThat(training.stopRequests()).isEqualTo(1);
  }

  @Test
  void the_log_of_the_learning_rate_should_have_a_line_every_so_many_steps() {
    LearningRateLog log = LearningRateLog.every(2);
    List<String> lines =
        LogOf.running(
            LearningRateLog.class,
            () ->
                Stream.of(1, 2, 3, 4)
                    .forEach(step -> training.take(StepRecords.at(step).record(), log)));

    assertThat(lines).hasSize(2).last().asString().contains("Step 4: learning rate 0.001");
  }

  @Test
  void should_refuse_what_has_no_meaning() {
    assertThatIllegalArgumentException().isThrownBy(() -> EarlyStopping.after(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EarlyStopping.after(1).minimumImprovement(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> TimeLimit.of(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> LearningRateLog.every(0));
  }
}
