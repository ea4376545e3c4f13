package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import java.util.Map;

/**
 * The inputs of {@link ScheduleProvider#create}.
 *
 * @param peak highest rate, above 0
 * @param warmupSteps W, at least 0
 * @param floorShare lowest rate of the decay as a share of the peak, in 0..1
 * @param options options of this schedule by name, as written in YAML; each schedule documents and
 *     checks its own
 */
public record ScheduleSpec(
    double peak, long warmupSteps, double floorShare, Map<String, String> options) {

  /** Rejects values out of bounds. Makes the options unmodifiable. */
  public ScheduleSpec {
    FieldBound.positive("learning rate peak", peak);
    FieldBound.atLeast("warmupSteps", warmupSteps, 0);
    if (!(floorShare >= 0 && floorShare <= 1)) {
      throw new IllegalArgumentException("floorShare must be in 0..1, was " + floorShare);
    }
    options = Map.copyOf(options);
  }

  /** Creates the inputs of a schedule without options. */
  public ScheduleSpec(double peak, long warmupSteps, double floorShare) {
    this(peak, warmupSteps, floorShare, Map.of());
  }

  /**
   * Returns a rate with a linear warm-up: {@code peak (step + 1) / W} in the first W steps, then
   * the peak.
   *
   * @param step from 0
   */
  public double warmedUp(long step) {
    return step < warmupSteps ? peak * (step + 1) / warmupSteps : peak;
  }

  /**
   * Returns a rate between the peak and the floor.
   *
   * @param share 1 for the peak, 0 for the floor
   */
  public double aboveFloor(double share) {
    double floor = peak * floorShare;
    return floor + (peak - floor) * share;
  }
}
