package io.evomoe.models.hub;

import java.util.OptionalInt;

/**
 * The tokens that begin and end a text, as a configuration names them.
 *
 * @param begin id of the token that begins a text; empty for none
 * @param end id of the token that ends it
 */
public record TextEnds(OptionalInt begin, int end) {

  /** Returns ends for a single token between documents, as in GPT-2. */
  public static TextEnds between(int token) {
    return new TextEnds(OptionalInt.empty(), token);
  }

  /** Returns the token that begins a text, or the end token if there is none, as in GPT-2. */
  public int beginOrEnd() {
    return begin.orElse(end);
  }
}
