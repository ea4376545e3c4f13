package io.evomoe.bench.run;

import io.evomoe.training.Guards;
import io.evomoe.training.checkpoint.CheckpointFolder;

/**
 * How a run is kept safe, as a configuration file has it.
 *
 * @param keepCheckpoints newest checkpoints that stay, at least 1
 * @param skipNonFinite steps that may be skipped because a loss or gradient was not finite, at
 *     least 0
 * @param collapseEntropy load entropy below which a router is warned of, in 0..1; 0 for never
 * @param collapseSteps steps in a row until it is warned of, at least 1
 */
public record GuardSettings(
    int keepCheckpoints, int skipNonFinite, double collapseEntropy, int collapseSteps) {
  /** Two checkpoints, and {@link Guards#DEFAULT}. */
  public static final GuardSettings DEFAULT =
      new GuardSettings(
          CheckpointFolder.DEFAULT_KEEP,
          Guards.DEFAULT.skipNonFinite(),
          Guards.DEFAULT.collapseEntropy(),
          Guards.DEFAULT.collapseSteps());

  /** Refuses values out of their bounds. */
  public GuardSettings {
    if (keepCheckpoints < 1) {
      throw new IllegalArgumentException(
          "keepCheckpoints must be at least 1, was " + keepCheckpoints);
    }
    new Guards(skipNonFinite, collapseEntropy, collapseSteps);
  }

  Guards guards() {
    return new Guards(skipNonFinite, collapseEntropy, collapseSteps);
  }
}
