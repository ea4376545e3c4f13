package io.evomoe.training.optimizer;

import io.evomoe.internal.names.Installed;
import java.util.ArrayList;
import java.util.List;
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
  LearningRateSchedule create(ScheduleSpec spec);

  /** Returns the installed providers in the order of their names. */
  static List<ScheduleProvider> installed() {
    return byName().providers();
  }

  /**
   * Returns the installed provider of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  static ScheduleProvider named(String name) {
    return byName().named(name);
  }

  private static Installed<ScheduleProvider> byName() {
    List<ScheduleProvider> all = new ArrayList<>();
    Stream.of(LearningRate.Decay.values()).map(LearningRate::new).forEach(all::add);
    ServiceLoader.load(ScheduleProvider.class).forEach(all::add);
    return new Installed<>("training.schedule", all, ScheduleProvider::name);
  }
}
