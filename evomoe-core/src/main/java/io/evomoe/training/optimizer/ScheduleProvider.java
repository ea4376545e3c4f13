package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Installed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Creates learning rate schedules of one kind. Providers are found by {@link ServiceLoader}, so a
 * schedule in a separate jar is available everywhere by its name ({@code training.schedule}).
 */
public interface ScheduleProvider {

  /**
   * Returns the name for configurations: at most 40 lower-case letters and digits, with single
   * hyphens or underscores between them.
   */
  String name();

  /**
   * Creates the schedule of a run.
   *
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  LearningRateSchedule create(Spec spec);

  /**
   * Returns the installed provider of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  static ScheduleProvider named(String name) {
    List<ScheduleProvider> all = new ArrayList<>();
    Stream.of(LearningRate.Decay.values()).map(LearningRate::new).forEach(all::add);
    ServiceLoader.load(ScheduleProvider.class).forEach(all::add);
    return new Installed<>("training.schedule", all, ScheduleProvider::name).named(name);
  }

  /**
   * The inputs of {@link #create}.
   *
   * @param peak highest rate, above 0
   * @param warmupSteps W, at least 0
   * @param floorShare lowest rate of the decay as a share of the peak, in 0..1
   * @param options options of this schedule by name, as written in YAML; each schedule documents
   *     and checks its own
   */
  record Spec(double peak, long warmupSteps, double floorShare, Map<String, String> options) {

    /** Rejects values out of bounds. Makes the options unmodifiable. */
    public Spec {
      FieldBound.positive("learning rate peak", peak);
      FieldBound.atLeast("warmupSteps", warmupSteps, 0);
      FieldBound.upTo("floorShare", floorShare, 1);
      options = Map.copyOf(options);
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
}
