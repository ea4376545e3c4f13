package io.evomoe.models.hub;

import java.util.OptionalInt;

/**
 * The tokens between which a text stands, as a configuration names them.
 *
 * @param begin id of the token that begins a text; empty where texts begin with nothing
 * @param end id of the token that ends it
 */
public record TextEnds(OptionalInt begin, int end) {

  /** One token that stands between documents, as in GPT-2. */
  public static TextEnds between(int token) {
    return new TextEnds(OptionalInt.empty(), token);
  }

  /** The token that begins a text; the end stands for it where nothing does, as in GPT-2. */
  public int beginOrEnd() {
    return begin.orElse(end);
  }
}
