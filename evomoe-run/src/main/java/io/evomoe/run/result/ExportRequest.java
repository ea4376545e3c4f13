package io.evomoe.run.result;

import org.jspecify.annotations.Nullable;

/**
 * How to export a trained model.
 *
 * @param family {@code model_type} of the published family, which must represent the model exactly;
 *     null for the family it was imported from, or else the first that fits
 * @param expertsPerToken experts per token, for a gate without a fixed number at the run's step;
 *     null for the gate's own routing
 */
public record ExportRequest(@Nullable String family, @Nullable Integer expertsPerToken) {
  /** The gate's own routing, in the first family that fits. */
  public static final ExportRequest DEFAULT = new ExportRequest(null, null);
}
