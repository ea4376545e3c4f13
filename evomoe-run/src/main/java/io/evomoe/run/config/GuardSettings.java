package io.evomoe.run.config;

import io.evomoe.training.Guards;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.util.function.Consumer;

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

  /** The same with other values of some fields. */
  public GuardSettings with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private int keepCheckpoints;
    private int skipNonFinite;
    private double collapseEntropy;
    private int collapseSteps;

    private Builder(GuardSettings from) {
      keepCheckpoints = from.keepCheckpoints;
      skipNonFinite = from.skipNonFinite;
      collapseEntropy = from.collapseEntropy;
      collapseSteps = from.collapseSteps;
    }

    /** Sets {@link GuardSettings#keepCheckpoints}. */
    public Builder keepCheckpoints(int value) {
      keepCheckpoints = value;
      return this;
    }

    /** Sets {@link GuardSettings#skipNonFinite}. */
    public Builder skipNonFinite(int value) {
      skipNonFinite = value;
      return this;
    }

    /** Sets {@link GuardSettings#collapseEntropy}. */
    public Builder collapseEntropy(double value) {
      collapseEntropy = value;
      return this;
    }

    /** Sets {@link GuardSettings#collapseSteps}. */
    public Builder collapseSteps(int value) {
      collapseSteps = value;
      return this;
    }

    private GuardSettings build() {
      return new GuardSettings(keepCheckpoints, skipNonFinite, collapseEntropy, collapseSteps);
    }
  }
}
