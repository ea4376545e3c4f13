package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/** Tokens that a language model reads, and the token it has to name at each place. */
public final class LanguageBatch {
  /** A target that does not count. */
  public static final int IGNORED = -1;

  private final TokenBatch tokens;
  private final int[] targets;

  /**
   * A batch.
   *
   * @param tokens read, S in all
   * @param targets S ids; a negative one is not counted
   */
  public LanguageBatch(TokenBatch tokens, int[] targets) {
    if (targets.length != tokens.size()) {
      throw new IllegalArgumentException(
          "targets must be one a token (%d), were %d".formatted(tokens.size(), targets.length));
    }
    this.tokens = tokens;
    this.targets = targets.clone();
  }

  /** Tokens read. */
  public TokenBatch tokens() {
    return tokens;
  }

  /** Target of every token, a copy; negative where it is not counted. */
  public int[] targets() {
    return targets.clone();
  }

  /** Number of targets that count. */
  public int countedTargets() {
    return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
  }
}
