package io.evomoe.run.record;

import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Map;

/** Several watchers as one. */
record RunWatchers(List<RunWatcher> all) implements RunWatcher {
  RunWatchers {
    all = List.copyOf(all);
  }

  @Override
  public void onBegin(long step, RunRecording run) {
    all.forEach(watcher -> watcher.onBegin(step, run));
  }

  @Override
  public void onStep(StepRecord step, RunRecording run) {
    all.forEach(watcher -> watcher.onStep(step, run));
  }

  @Override
  public boolean wantsSamples() {
    return all.stream().anyMatch(RunWatcher::wantsSamples);
  }

  @Override
  public void onSamples(long step, Map<String, String> samples) {
    all.stream()
        .filter(RunWatcher::wantsSamples)
        .forEach(watcher -> watcher.onSamples(step, samples));
  }

  @Override
  public void onSave() {
    all.forEach(RunWatcher::onSave);
  }

  /** Calls each watcher, even if an earlier one throws, because they close files. */
  @Override
  public void onEnd(RunRecording run) {
    RuntimeException first = null;
    for (RunWatcher watcher : all) {
      try {
        watcher.onEnd(run);
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
