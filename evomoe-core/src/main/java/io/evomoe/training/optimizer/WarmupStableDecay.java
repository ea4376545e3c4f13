package io.evomoe.training.optimizer;

import io.evomoe.moe.Bounds;
import io.evomoe.moe.Options;

/**
 * Schedule {@code wsd}: a linear warm-up, then the peak, then a decay to the floor in the last N
 * steps (MiniCPM, arXiv 2404.06395; Hägele et al., arXiv 2405.18392). A run that was saved before
 * the decay can be trained on for longer, or get its decay in a run of its own.
 *
 * <p>Options: {@code decaySteps} is N, or 0 for the share {@code decayShare} of the steps (default
 * 0.2). {@code decay} is {@code sqrt} for {@code 1 - sqrt(q)} (default) or {@code linear} for
 * {@code 1 - q}, with q the finished share of the decay.
 *
 * @param spec peak, warm-up and floor
 * @param decay form of the decay
 * @param decaySteps N, or 0 for a share of the steps
 * @param decayShare share of the steps if N is 0, in 0..1
 */
public record WarmupStableDecay(ScheduleSpec spec, Form decay, long decaySteps, double decayShare)
    implements LearningRateSchedule {
  /** Name of the schedule. */
  public static final String NAME = "wsd";

  /** Option that sets N. */
  public static final String DECAY_STEPS = "decaySteps";

  /** The form of the decay. */
  public enum Form {
    /** {@code 1 - q}. */
    LINEAR,
    /** {@code 1 - sqrt(q)}. */
    SQRT
  }

  @Override
  public double at(long step, long steps) {
    long last = decaySteps > 0 ? decaySteps : Math.round(steps * decayShare);
    long from = Math.max(spec.warmupSteps(), steps - last);
    if (step <= from) {
      return spec.warmedUp(step);
    }
    double done = Math.min(1, (double) (step - from) / Math.max(1, steps - from));
    return spec.aboveFloor(1 - (decay == Form.SQRT ? Math.sqrt(done) : done));
  }

  /** Schedule {@code wsd}. */
  static final class Provider implements ScheduleProvider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public LearningRateSchedule create(ScheduleSpec spec) {
      return Options.read(
          "schedule " + NAME,
          spec.options(),
          options ->
              new WarmupStableDecay(
                  spec,
                  options.choice("decay", Form.SQRT),
                  options.integer(DECAY_STEPS, 0, Bounds.atLeast(0)),
                  options.number("decayShare", 0.2, Bounds.atLeast(0).atMost(1))));
    }
  }
}
