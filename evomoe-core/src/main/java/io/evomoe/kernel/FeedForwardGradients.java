package io.evomoe.kernel;

/** Where the parameter gradients of one feed-forward net are added. */
public record FeedForwardGradients(
    Accumulator expandWeight,
    Accumulator expandBias,
    Accumulator contractWeight,
    Accumulator contractBias) {

  /** The same for what comes after a first contribution. */
  public FeedForwardGradients further() {
    return new FeedForwardGradients(
        expandWeight.further(),
        expandBias.further(),
        contractWeight.further(),
        contractBias.further());
  }
}
