package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.nn.RoutingReport;
import io.evomoe.testing.LogOf;
import io.evomoe.training.RecordedRun.RunName;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CollapseWarningTest {
  private static final Load BALANCED = new Load(List.of(10, 10, 10, 10));
  private static final Load COLLAPSED = new Load(List.of(39, 1, 0, 0));

  private final CollapseWarning warning = new CollapseWarning(new SafetyConfig(2, 0, 0.3, 3));

  @Test
  void should_warn_once_of_the_layer_that_collapsed_for_so_many_steps() {
    assertThat(told(COLLAPSED, COLLAPSED)).isEmpty();
    assertThat(told(COLLAPSED))
        .singleElement()
        .asString()
        .contains("blocks.1", "for 3 steps up to step 3", "2 of 4 experts have no token");
    assertThat(told(COLLAPSED, COLLAPSED, COLLAPSED)).isEmpty();
  }

  @Test
  void should_warn_again_after_a_recovery_and_not_of_a_short_collapse() {
    assertThat(told(COLLAPSED, COLLAPSED, BALANCED, COLLAPSED, COLLAPSED)).isEmpty();
    assertThat(told(COLLAPSED)).hasSize(1);
    assertThat(told(BALANCED, COLLAPSED, COLLAPSED, COLLAPSED)).hasSize(1);
  }

  @Test
  void should_warn_where_the_entropy_of_few_experts_cannot_fall_below_the_bound() {
    Load two = new Load(List.of(40, 0));
    Load leaning = new Load(List.of(30, 10));
    assertThat(told(leaning, leaning, leaning)).isEmpty();
    assertThat(told(two, two, two)).hasSize(1);
  }

  @Test
  void should_leave_single_experts_and_balanced_routers_alone() {
    Load one = new Load(List.of(40));
    assertThat(told(one, one, one, one, BALANCED, BALANCED, BALANCED)).isEmpty();
  }

  @Test
  void should_be_silent_where_the_bound_is_zero() {
    CollapseWarning off = new CollapseWarning(new SafetyConfig(2, 0, 0, 1));
    assertThat(
            LogOf.running(
                CollapseWarning.class, () -> off.onStep(report(1, COLLAPSED.tokens()), training)))
        .isEmpty();
  }

  private record Load(List<Integer> tokens) {}

  private final Training training = new FakeTraining(new RunName("gpt", "switch", 1), 9);
  private long step;

  private List<String> told(Load... loads) {
    return LogOf.running(
        CollapseWarning.class,
        () ->
            Stream.of(loads)
                .forEach(load -> warning.onStep(report(++step, load.tokens()), training)));
  }

  private static StepRecord report(long step, List<Integer> load) {
    RoutingReport layer =
        new RoutingReport("blocks.1", 40, load, List.of(0, 40, 0, 0, 0), 0, 0, List.of());
    return StepRecords.at(step).layers(List.of(layer)).record();
  }
}
