package io.evomoe.bench.compare;

import io.evomoe.run.record.RunResult;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Which runs of a comparison keep their models once they are finished. */
public enum KeepModels {
  /** The one with the lowest validation loss; of equal ones the first. */
  BEST,
  /** Each. */
  ALL,
  /** None. */
  NONE;

  /**
   * By its name in small letters.
   *
   * @throws IllegalArgumentException for any other
   */
  public static KeepModels named(String name) {
    for (KeepModels value : values()) {
      if (value.toString().equals(name)) {
        return value;
      }
    }
    throw new IllegalArgumentException("--keep-models must be best, all or none, was " + name);
  }

  /**
   * A run that is over.
   *
   * @param run its folder
   * @param result what it gave
   */
  public record Finished(ComparedRun run, RunResult result) {}

  /**
   * The run with the lowest validation loss.
   *
   * @param runs at least one
   */
  public static Finished best(List<Finished> runs) {
    return runs.stream()
        .min(Comparator.comparingDouble(finished -> finished.result().validLoss()))
        .orElseThrow(() -> new IllegalArgumentException("runs must be at least one, were none"));
  }

  /**
   * Drops the models that are not to stay; called after each run, so that few are there at once.
   */
  public void settle(List<Finished> runs) {
    if (this == ALL || runs.isEmpty()) {
      return;
    }
    Path best = best(runs).run().folder();
    runs.stream()
        .filter(finished -> this == NONE || !finished.run().folder().equals(best))
        .forEach(finished -> finished.run().dropModel());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
