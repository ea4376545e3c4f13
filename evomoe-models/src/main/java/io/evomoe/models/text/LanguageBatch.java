package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/** Input tokens of a language model, and the target token at each place. */
public class LanguageBatch {
  /** The target of a place that is ignored. */
  public static final int IGNORED = -1;

  private final TokenBatch tokens;
  private final int[] targets;

  /**
   * Creates a batch.
   *
   * @param tokens input, S tokens in total
   * @param targets S ids; negative ones are ignored
   */
  public LanguageBatch(TokenBatch tokens, int[] targets) {
    if (targets.length != tokens.size()) {
      throw new IllegalArgumentException(
          "targets must be one a token (%d), were %d".formatted(tokens.size(), targets.length));
    }
    this.tokens = tokens;
    this.targets = targets.clone();
  }

  /** Returns the input tokens. */
  public final TokenBatch tokens() {
    return tokens;
  }

  /** Returns a copy of all targets; negative ones are ignored. */
  public final int[] targets() {
    return targets.clone();
  }

  /** Returns the number of targets that count. */
  public final int countedTargets() {
    return (int) Arrays.stream(targets).filter(target -> target >= 0).count();
  }
}
