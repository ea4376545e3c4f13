package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.RoutingReport;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {

  private static final double NAN = Double.NaN;

  @Test
  void should_average_over_a_window_that_shrinks_at_the_start_and_skips_gaps() {
    assertThat(Smoothing.mean(new double[] {8, 1, 3, NAN, 5, 9}, 1))
        .containsExactly(8, 4, 2, NAN, 7, 7);
  }

  @Test
  void should_not_let_one_slow_step_through_the_median() {
    assertThat(Smoothing.median(new double[] {1, 1, 100, 1, 1}, 1)).containsExactly(1, 1, 1, 1, 1);
  }

  @Test
  void should_leave_evaluations_out_of_the_step_time() {
    List<StepRecord> rows =
        List.of(row(1, 5, false), row(3, 6, false), row(4, 9, true), row(5, 9.25, false));

    assertThat(Series.stepMillis(rows)).containsExactly(NAN, 500, NAN, 250);
  }

  @Test
  void should_take_the_step_time_with_evaluations_where_every_row_has_one() {
    assertThat(Series.stepMillis(List.of(row(10, 5, true), row(20, 6, true))))
        .containsExactly(NAN, 100);
  }

  @Test
  void should_not_know_the_step_time_where_the_clock_goes_back() {
    assertThat(Series.stepMillis(List.of(row(10, 5, false), row(11, 1, false))))
        .containsExactly(NAN, NAN);
  }

  @Test
  void should_thin_a_long_run_but_keep_its_end_and_every_validation_loss() {
    List<StepRecord> rows =
        IntStream.rangeClosed(1, 10_000).mapToObj(i -> row(i, i, i % 997 == 0)).toList();

    Series series =
        Series.of("evomoe", new RecordedRun(new RunName("gpt", "evomoe", 1), rows, List.of()));

    assertThat(series.step()).hasSizeLessThan(Series.MAX_POINTS + 20).endsWith(10_000L);
    assertThat(series.valid().stream().filter(v -> !v.isNaN())).hasSize(10_000 / 997);
    assertThat(series.train()).hasSameSizeAs(series.step());
  }

  @Test
  void should_give_each_experts_share_of_the_load_in_percent() {
    RoutingReport routing =
        new RoutingReport("m", 10, List.of(3, 0, 1), List.of(), 0, 0, List.of());

    Series series =
        Series.of("a", new RecordedRun(new RunName("gpt", "a", 1), List.of(), List.of(routing)));

    assertThat(series.load()).containsExactly(new Series.Load("m", List.of(75.0, 0.0, 25.0)));
  }

  @Test
  void should_show_dead_experts_and_fluctuation_from_the_step_on_that_has_them() {
    List<StepRecord> rows =
        List.of(row(1, 1, true, NAN, NAN), row(2, 2, false, 1.5, NAN), row(3, 3, true, 0, 0.125));

    Series series = Series.of("a", new RecordedRun(new RunName("gpt", "a", 1), rows, List.of()));

    assertThat(series.dead()).containsExactly(NAN, 1.5, 0.0);
    assertThat(series.fluctuation()).containsExactly(NAN, NAN, 12.5);
  }

  @Test
  void should_round_to_what_a_chart_can_show() {
    StepRecord third = row(1, 1.0 / 3, false);

    Series series =
        Series.of("a", new RecordedRun(new RunName("gpt", "a", 1), List.of(third), List.of()));

    assertThat(series.wall().get(0)).isEqualTo(0.333333).isCloseTo(1.0 / 3, within(1e-6));
  }

  private static StepRecord row(long step, double seconds, boolean evaluated) {
    return row(step, seconds, evaluated, NAN, NAN);
  }

  private static StepRecord row(
      long step, double seconds, boolean evaluated, double deadExperts, double fluctuation) {
    return StepRecords.at(step)
        .wall(seconds)
        .valid(evaluated ? 2 : NAN)
        .dead(deadExperts)
        .fluctuation(fluctuation)
        .record();
  }
}
