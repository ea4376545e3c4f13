package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The targets of the parameter gradients of one feed-forward net.
 *
 * @param expand targets of the gate projection of a gated net, or of the up projection of a plain
 *     net
 * @param up targets of the up projection of a gated net; null for a plain net
 * @param contract targets of the down projection
 */
public record FeedForwardGradients(
    MapGradients expand, @Nullable MapGradients up, MapGradients contract) {

  /**
   * The targets of one linear map.
   *
   * @param bias null for a map without a bias
   */
  public record MapGradients(Accumulator weight, @Nullable Accumulator bias) {

    /** Returns the targets for contributions after the first one. */
    public MapGradients further() {
      return new MapGradients(weight.further(), bias == null ? null : bias.further());
    }
  }
}
