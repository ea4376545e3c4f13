package io.evomoe.bench.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Which runs of a comparison keep their models once they are finished. */
enum KeepModels {
  /** The one with the lowest validation loss; of equal ones the first. */
  BEST,
  /** Each. */
  ALL,
  /** None. */
  NONE;

  /**
   * The run with the lowest validation loss.
   *
   * @param runs at least one, all finished
   */
  static ComparedRun best(List<ComparedRun> runs) {
    return runs.stream().min(Comparator.comparingDouble(ComparedRun::validLoss)).orElseThrow();
  }

  /**
   * Drops the models that are not to stay; called after each run, so that few are there at once.
   *
   * @param runs at least one, all finished
   */
  void settle(List<ComparedRun> runs) {
    ComparedRun best = best(runs);
    runs.stream()
        .filter(run -> this == NONE || (this == BEST && run != best))
        .forEach(ComparedRun::dropModel);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
