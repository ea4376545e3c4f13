package io.evomoe.training.optimizer;

import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import java.util.Locale;

/**
 * The schedules of this library: a linear warm-up in the first W steps, {@link
 * ScheduleProvider.Spec#warmedUp}, then a decay to a floor.
 *
 * @param decay decay after the warm-up, whose name is that of the schedule, e.g. {@code
 *     inverse-sqrt}
 */
record LearningRate(Decay decay) implements ScheduleProvider {
  /** The decay after the warm-up. q is the finished share of the remaining steps, in 0..1. */
  enum Decay {
    /** {@code floor + (peak - floor) (1 + cos(pi q)) / 2} (SGDR, arXiv 1608.03983, one cycle). */
    COSINE,
    /** {@code floor + (peak - floor) (1 - q)}. */
    LINEAR,
    /** Constant at the peak. */
    CONSTANT,
    /** {@code max(floor, peak sqrt(max(W, 1) / (step + 1)))} (arXiv 1706.03762, section 5.3). */
    INVERSE_SQRT,
    /**
     * The peak, then a decay to the floor in the last N steps (MiniCPM, arXiv 2404.06395; Hägele et
     * al., arXiv 2405.18392). A run that was saved before the decay can be trained on for longer,
     * or get its decay in a run of its own.
     *
     * <p>Options: {@code decaySteps} is N, or 0 for the share {@code decayShare} of the steps
     * (default 0.2). {@code decay} is {@code sqrt} for {@code 1 - sqrt(q)} (default) or {@code
     * linear} for {@code 1 - q}, with q the finished share of the decay.
     */
    WSD
  }

  /** The form of the decay of {@link Decay#WSD}. */
  private enum Form {
    LINEAR,
    SQRT
  }

  @Override
  public String name() {
    return decay.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public LearningRateSchedule create(Spec spec) {
    return Options.read(
        "schedule " + name(),
        spec.options(),
        options ->
            decay == Decay.WSD
                ? warmupStableDecay(spec, options)
                : (step, steps) -> at(spec, step, steps));
  }

  /** Returns the rate of a step; cosine and linear decay reach the floor after the last one. */
  private double at(ScheduleProvider.Spec spec, long step, long steps) {
    long warmup = spec.warmupSteps();
    if (step < warmup) {
      return spec.warmedUp(step);
    }
    double done = Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
    return switch (decay) {
      case COSINE -> spec.aboveFloor((1 + Math.cos(Math.PI * done)) / 2);
      case LINEAR -> spec.aboveFloor(1 - done);
      case INVERSE_SQRT ->
          Math.max(
              spec.aboveFloor(0),
              spec.peak() * Math.sqrt((double) Math.max(1, warmup) / (step + 1)));
      default -> spec.peak();
    };
  }

  private static LearningRateSchedule warmupStableDecay(
      ScheduleProvider.Spec spec, Options options) {
    boolean root = options.choice("decay", Form.SQRT) == Form.SQRT;
    long decaySteps = options.integer("decaySteps", 0, Bounds.atLeast(0));
    double share = options.number("decayShare", 0.2, Bounds.atLeast(0).atMost(1));
    return (step, steps) -> {
      long last = decaySteps > 0 ? decaySteps : Math.round(steps * share);
      long from = Math.max(spec.warmupSteps(), steps - last);
      if (step <= from) {
        return spec.warmedUp(step);
      }
      double done = Math.min(1, (double) (step - from) / Math.max(1, steps - from));
      return spec.aboveFloor(1 - (root ? Math.sqrt(done) : done));
    };
  }
}
