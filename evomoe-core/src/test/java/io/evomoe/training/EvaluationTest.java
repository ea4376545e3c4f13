package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static final StepContext CONTEXT =
      new EvolutionSchedule(EvolutionConfig.defaults(), 9, ExpertLifecycle.FROM_START)
          .context(1, true, 1);

  @Test
  void should_be_the_share_of_tokens_whose_first_expert_changed_averaged_over_layers() {
    Evaluation.Measured before = of(layer("a", 0, 1, 2, -1), layer("b", 0, 0));
    Evaluation.Measured after = of(layer("a", 0, 2, 2, 3), layer("b", 0, 1));
    Evaluation.Measured third = of(layer("a", 0, 2, 2, 3), layer("b", 1, 0));

    assertThat(after.changedSince(before)).hasValue(0.5);
    assertThat(third.changedSince(after)).hasValue((0 + 1) / 2.0);
    assertThat(after.changedSince(after)).hasValue(0);
  }

  @Test
  void should_compare_token_by_token_over_all_batches() {
    Evaluation.Measured before = of(layer("a", 0, 1), layer("a", 2));
    Evaluation.Measured after = of(layer("a", 0, 1), layer("a", 1));

    assertThat(after.changedSince(before).orElseThrow()).isEqualTo(1.0 / 3, within(1e-12));
  }

  @Test
  void should_not_be_known_of_a_layer_that_was_not_there_before() {
    Evaluation.Measured none = of();
    Evaluation.Measured old = of(layer("a", 0, 1));
    Evaluation.Measured both = of(layer("a", 0, 0), layer("b", 0, 0));

    assertThat(old.changedSince(none)).isEmpty();
    assertThat(none.changedSince(old)).isEmpty();
    assertThat(none.changedSince(none)).isEmpty();
    assertThat(both.changedSince(old)).hasValue(0.5);
  }

  /** Measures one batch for each report. */
  private static Evaluation.Measured of(RoutingReport... reports) {
    Model<RoutingReport> model = new Reporting();
    return new Evaluation<>(model, List.of(reports)).measure(CONTEXT);
  }

  private static RoutingReport layer(String name, Integer... firstExperts) {
    return new RoutingReport(name, firstExperts.length, List.of(), List.of(), 0, 0, List.of())
        .withFirstExperts(List.of(firstExperts));
  }

  /** Its batch is the report of its only layer. */
  private static final class Reporting implements Model<RoutingReport> {
    @Override
    public Loss loss(RoutingReport batch, StepContext context) {
      assertThat(context.training()).isFalse();
      return new Loss(1, 0, 1, 1, 0, List.of(batch), () -> {});
    }

    @Override
    public List<Parameter> parameters() {
      return List.of();
    }

    @Override
    public long seed() {
      return 1;
    }

    @Override
    public Kernels kernels() {
      throw new UnsupportedOperationException();
    }

    @Override
    public double activeParameters(double meanActiveExperts) {
      return 0;
    }
  }
}
