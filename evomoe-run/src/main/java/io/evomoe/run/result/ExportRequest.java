package io.evomoe.run.result;

import org.jspecify.annotations.Nullable;

/**
 * How a trained model is exported.
 *
 * @param family {@code model_type} of the published family that must hold it exactly; null for the
 *     one it was imported from, or the first that does
 * @param expertsPerToken experts of every token, for a gate that has no fixed number of its own at
 *     the run's step; null for as the gate routes
 */
public record ExportRequest(@Nullable String family, @Nullable Integer expertsPerToken) {
  /** As the gate routes, in the family that fits. */
  public static final ExportRequest DEFAULT = new ExportRequest(null, null);
}
