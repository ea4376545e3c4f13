package io.evomoe.run.record;

import java.util.List;
import java.util.Map;

/**
 * Told of each step of a run once it was recorded, with the run's name and clock: what shows or
 * keeps a run while it goes. Watchers read; they never change the run. One that throws ends the
 * run, which is saved before.
 */
@FunctionalInterface
public interface RunWatcher {
  /** Nobody. */
  RunWatcher NONE = (step, run) -> {};

  /**
   * The steps begin, or go on.
   *
   * @param step finished steps; 0 of a run that begins
   */
  default void onBegin(long step, RunRecording run) {}

  /**
   * A step was recorded.
   *
   * @param run all of the run up to now
   */
  void onStep(StepRecord step, RunRecording run);

  /** Whether to make the texts of {@link #onSamples}, which takes time. */
  default boolean wantsSamples() {
    return false;
  }

  /**
   * What the model writes; told after each step that was measured on held-out data, of tasks whose
   * models write.
   *
   * @param step number of finished steps
   * @param samples texts by a name each
   */
  default void onSamples(long step, Map<String, String> samples) {}

  /** A checkpoint is going to be written: what was told must be on the disk. */
  default void onSave() {}

  /** No more steps come, be it at the end, after a request to stop, or because one failed. */
  default void onEnd(RunRecording run) {}

  /** Several as one; each hears of a thing after those before it. */
  static RunWatcher all(List<RunWatcher> watchers) {
    return new RunWatchers(watchers);
  }
}
