package io.evomoe.run.record;

import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Map;

/**
 * Called after each recorded step, with the run's name and clock; it displays or stores a run's
 * progress. Watchers never change the run. If one throws, the run is saved and ends.
 */
@FunctionalInterface
public interface RunWatcher {
  /** A watcher that does nothing. */
  RunWatcher NONE = (step, run) -> {};

  /**
   * Called when the steps begin or resume.
   *
   * @param step finished steps; 0 for a new run
   */
  default void onBegin(long step, RunRecording run) {}

  /**
   * Called when a step was recorded.
   *
   * @param run the whole run up to now
   */
  void onStep(StepRecord step, RunRecording run);

  /** Whether to generate the texts of {@link #onSamples}, which takes time. */
  default boolean wantsSamples() {
    return false;
  }

  /**
   * Called with generated texts after each evaluation, for tasks whose models generate text.
   *
   * @param step number of finished steps
   * @param samples texts by name
   */
  default void onSamples(long step, Map<String, String> samples) {}

  /** Called before a checkpoint is written: everything received must be on the disk. */
  default void onSave() {}

  /**
   * Called when no more steps come: at the end, after a request to stop, or after a failed step.
   */
  default void onEnd(RunRecording run) {}

  /** Combines several watchers; they are called in this order. */
  static RunWatcher all(List<RunWatcher> watchers) {
    return new RunWatchers(watchers);
  }
}
