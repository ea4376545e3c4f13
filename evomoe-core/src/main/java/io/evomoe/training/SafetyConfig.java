package io.evomoe.training;

import static io.evomoe.internal.names.Field.Kind.FREE;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * Safeguards of a run: the fields, bounds and defaults of {@code guards} in a configuration file.
 */
@RecordBuilder
public record SafetyConfig(
    @Field(doc = "number of newest checkpoints to keep", initial = "2", min = 1, kind = FREE)
        int keepCheckpoints,
    @Field(
            doc =
                "maximum number of steps with a non-finite loss or gradient that are skipped "
                    + "and logged; the next one stops the run. On a cluster each worker adds its own "
                    + "to those skipped before its round",
            initial = "0",
            min = 0,
            kind = FREE)
        int skipNonFinite,
    @Field(
            doc =
                "warns when a router's load entropy `exp(H) / E` is below this value, or below "
                    + "1.1 / E if that is larger; 0 for never. Not on a cluster",
            initial = "0.3",
            min = 0,
            max = 1,
            kind = FREE)
        double collapseEntropy,
    @Field(
            doc =
                "number of successive steps with a low load entropy before the warning. Not on "
                    + "a cluster",
            initial = "50",
            min = 1,
            kind = FREE)
        int collapseSteps)
    implements SafetyConfigBuilder.With {
  /**
   * Keeps two checkpoints, stops at the first non-finite value, and warns after 50 steps with a
   * load entropy below 0.3.
   */
  public static final SafetyConfig DEFAULT = Fields.defaults(SafetyConfig.class);

  /** Rejects values out of bounds. */
  public SafetyConfig {
    Fields.require(
        SafetyConfig.class, keepCheckpoints, skipNonFinite, collapseEntropy, collapseSteps);
  }
}
