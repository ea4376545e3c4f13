package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.training.optimizer.AdamW;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {
  private static final TrainingConfig CONFIG = TrainingConfig.defaults(100);

  @Test
  void should_name_field_value_and_bound_of_what_it_refuses() {
    assertRefused("steps must be at least 1, was 0", () -> TrainingConfig.defaults(0));
    assertRefused(
        "microBatches must be at least 1, was 0", () -> CONFIG.with(t -> t.microBatches(0)));
    assertRefused("clipNorm must be above 0, was 0.0", () -> CONFIG.with(t -> t.clipNorm(0)));
    assertRefused(
        "clipNorm must be above 0, was NaN", () -> CONFIG.with(t -> t.clipNorm(Double.NaN)));
    assertRefused("evalEvery must be at least 0, was -1", () -> CONFIG.with(t -> t.evalEvery(-1)));
    assertRefused(
        "checkpointEvery must be at least 0, was -1",
        () -> CONFIG.with(t -> t.checkpointEvery(-1)));
    assertRefused(
        "checkpointMinutes must be at least 0, was -1",
        () -> CONFIG.with(t -> t.checkpointMinutes(-1)));
    assertRefused("beta1 must be in [0, 1), was 1.0", () -> new AdamW.Config(1, 0.9, 1e-8, 0));
    assertRefused("beta2 must be in [0, 1), was -0.1", () -> new AdamW.Config(0, -0.1, 1e-8, 0));
    assertRefused(
        "epsilon must be above 0 and finite, was 0.0", () -> new AdamW.Config(0, 0.9, 0, 0));
    assertRefused(
        "weightDecay must be at least 0 and finite, was -1.0",
        () -> new AdamW.Config(0, 0.9, 1e-8, -1));
  }

  @Test
  void should_allow_an_infinite_norm_for_no_clipping() {
    assertThat(CONFIG.with(t -> t.clipNorm(Double.POSITIVE_INFINITY)).clipNorm())
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void should_change_one_field_at_a_time() {
    assertThat(CONFIG.with(t -> t.evalEvery(7)).evalEvery()).isEqualTo(7);
    assertThat(CONFIG.with(t -> t.evalEvery(7)).with(t -> t.evalEvery(0))).isEqualTo(CONFIG);
    TrainerConfig trainer = TrainerConfig.of(CONFIG);
    assertThat(trainer.with(t -> t.microBatches(7)).training().microBatches()).isEqualTo(7);
    assertThat(trainer.withGuards(new SafetyConfig(3, 1, 0, 1)).guards().skipNonFinite())
        .isEqualTo(1);
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }
}
