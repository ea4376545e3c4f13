package io.evomoe.training.optimizer;

import io.evomoe.moe.Options;
import java.util.Locale;

/**
 * A linear warm-up in the first W steps, {@link ScheduleSpec#warmedUp}, then a decay to a floor.
 *
 * @param spec peak, warm-up and floor
 * @param decay decay after the warm-up
 */
public record LearningRate(ScheduleSpec spec, Decay decay) implements LearningRateSchedule {

  /** The decay after the warm-up. q is the finished share of the remaining steps, in 0..1. */
  public enum Decay {
    /** {@code floor + (peak - floor) (1 + cos(pi q)) / 2} (SGDR, arXiv 1608.03983, one cycle). */
    COSINE,
    /** {@code floor + (peak - floor) (1 - q)}. */
    LINEAR,
    /** Constant at the peak. */
    CONSTANT,
    /** {@code max(floor, peak sqrt(max(W, 1) / (step + 1)))} (arXiv 1706.03762, section 5.3). */
    INVERSE_SQRT
  }

  /** Returns the rate of a step; cosine and linear decay reach the floor after the last one. */
  @Override
  public double at(long step, long steps) {
    long warmupSteps = spec.warmupSteps();
    if (step < warmupSteps) {
      return spec.warmedUp(step);
    }
    double peak = spec.peak();
    double floor = peak * spec.floorShare();
    long decaySteps = Math.max(1, steps - warmupSteps);
    double done = Math.min(1, (double) (step - warmupSteps) / decaySteps);
    return switch (decay) {
      case COSINE -> floor + (peak - floor) * (1 + Math.cos(Math.PI * done)) / 2;
      case LINEAR -> floor + (peak - floor) * (1 - done);
      case CONSTANT -> peak;
      case INVERSE_SQRT ->
          Math.max(floor, peak * Math.sqrt((double) Math.max(1, warmupSteps) / (step + 1)));
    };
  }

  /** The schedule of a decay's name, e.g. {@code inverse-sqrt}. */
  record Provider(Decay decay) implements ScheduleProvider {
    @Override
    public String name() {
      return decay.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public LearningRateSchedule create(ScheduleSpec spec) {
      return Options.read(
          "schedule " + name(), spec.options(), none -> new LearningRate(spec, decay));
    }
  }
}
