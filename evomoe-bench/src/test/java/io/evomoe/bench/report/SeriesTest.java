package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.record.Json;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {

  private static final double NAN = Double.NaN;

  @Test
  void should_thin_a_long_run_but_keep_its_end_and_every_validation_loss() {
    List<StepRecord> rows =
        IntStream.rangeClosed(1, 10_000).mapToObj(i -> row(i, i, i % 997 == 0)).toList();

    JsonNode series = series(rows);

    assertThat(series.get("step")).hasSizeLessThan(Series.POINTS + 20);
    assertThat(series.get("step").get(series.get("step").size() - 1).asLong()).isEqualTo(10_000);
    assertThat(series.get("validLoss")).filteredOn(v -> !v.isNull()).hasSize(10_000 / 997);
    assertThat(series.get("trainLoss")).hasSameSizeAs(series.get("step"));
  }

  @Test
  void a_point_should_be_the_mean_of_the_steps_since_the_one_before() {
    List<StepRecord> rows =
        IntStream.rangeClosed(1, 2 * Series.POINTS)
            .mapToObj(i -> StepRecords.at(i).train(i % 2 == 0 ? 2 : 3).seconds(i).record())
            .toList();

    JsonNode series = series(rows);

    assertThat(series.get("trainLoss")).extracting(JsonNode::asDouble).containsOnly(2.5);
    assertThat(series.get("stepSeconds").get(1).asDouble()).isEqualTo(3.5);
    assertThat(series.get("wallSeconds").get(1).asDouble()).isEqualTo(4);
  }

  @Test
  void should_give_each_experts_tokens_by_layer() {
    RoutingReport routing =
        new RoutingReport("m", 10, List.of(3, 0, 1), List.of(), 0, 0, List.of());

    JsonNode series =
        Series.of("a", new RecordedRun(new RunName("gpt", "a", 1), List.of(), List.of(routing)));

    assertThat(series.get("load").get(0).get("layer").asText()).isEqualTo("m");
    assertThat(series.get("load").get(0).get("tokens"))
        .extracting(JsonNode::asInt)
        .containsExactly(3, 0, 1);
  }

  @Test
  void should_show_dead_experts_and_fluctuation_from_the_step_on_that_has_them() {
    JsonNode series =
        series(
            List.of(
                row(1, 1, true, NAN, NAN), row(2, 2, false, 1.5, NAN), row(3, 3, true, 0, 0.125)));

    assertThat(Json.line(series.get("deadExperts"))).isEqualTo("[null,1.5,0.0]");
    assertThat(Json.line(series.get("routingFluctuation"))).isEqualTo("[null,null,0.125]");
  }

  @Test
  void should_round_to_what_a_chart_can_show() {
    assertThat(series(List.of(row(1, 1.0 / 3, false))).get("wallSeconds").get(0).asDouble())
        .isEqualTo(0.333333);
  }

  private static JsonNode series(List<StepRecord> rows) {
    return Series.of("a", new RecordedRun(new RunName("gpt", "a", 1), rows, List.of()));
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
