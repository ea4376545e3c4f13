package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Where the parameter gradients of one feed-forward net are added.
 *
 * @param expand those of the map before the activation
 * @param up those of the map that a gated net multiplies with; null for a plain net
 * @param contract those of the map back
 */
public record FeedForwardGradients(
    MapGradients expand, @Nullable MapGradients up, MapGradients contract) {

  /**
   * Of one linear map.
   *
   * @param bias null for a map without
   */
  public record MapGradients(Accumulator weight, @Nullable Accumulator bias) {

    /** For what comes after a first contribution. */
    public MapGradients further() {
      return new MapGradients(weight.further(), bias == null ? null : bias.further());
    }
  }
}
