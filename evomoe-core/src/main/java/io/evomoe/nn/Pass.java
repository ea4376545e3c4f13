package io.evomoe.nn;

import io.evomoe.step.StepContext;
import org.jspecify.annotations.Nullable;

/**
 * What every layer is told in one forward pass.
 *
 * @param step time, phase, temperature, and whether it trains
 * @param tokens the tokens that the rows of the activations belong to
 * @param memory what cross-attentions read, in a decoder
 * @param cache keys and values of earlier positions, when decoding; such a pass has no backward
 * @param replay what was decided already, in a forward pass that is repeated
 * @param searching whether it is repeated to find where numbers ceased to be finite, and has no
 *     backward pass
 */
public record Pass(
    StepContext step,
    TokenBatch tokens,
    @Nullable Memory memory,
    @Nullable KeyValueCache cache,
    @Nullable Replay replay,
    boolean searching) {

  /** A pass without memory and cache. */
  public Pass(StepContext step, TokenBatch tokens) {
    this(step, tokens, null, null, null, false);
  }

  /** The same with a memory. */
  public Pass withMemory(Memory other) {
    return new Pass(step, tokens, other, cache, replay, searching);
  }

  /** The same with a cache. */
  public Pass withCache(KeyValueCache other) {
    return new Pass(step, tokens, memory, other, replay, searching);
  }

  /** The same, to be repeated. */
  Pass withReplay(Replay other) {
    return new Pass(step, tokens, memory, cache, other, searching);
  }

  /** The same, to find what was not finite. */
  public Pass search() {
    return new Pass(step, tokens, memory, cache, replay, true);
  }

  /** Position of the first token of each sequence: how many the cache holds, or 0. */
  public int firstPosition() {
    return cache == null ? 0 : cache.length();
  }
}
