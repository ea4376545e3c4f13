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
    assertThatIllegalArgumentException().isThrownBy(() -> TimeLimit.of(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> LearningRateLog.every(0));
  }
}
