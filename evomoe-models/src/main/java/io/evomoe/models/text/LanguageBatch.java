package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/** Input tokens of a language model, and the target token at each place. */
public class LanguageBatch {
  /** The target of a place that is ignored. */
  public static final int IGNORED = -1;

  private final TokenBatch tokens;
  private final int[] targets;
  private final double weight;

  /**
   * Creates a batch.
   *
   * @param tokens input, S tokens in total
   * @param targets S ids; negative ones are ignored
   */
  public LanguageBatch(TokenBatch tokens, int[] targets) {
    this(tokens, targets, 1);
  }

  /**
   * Creates a batch whose loss has another weight in its step, e.g. because the micro-batches of
   * the step have different numbers of targets.
   *
   * @param weight factor of the loss of a training step, above 0
   */
  public LanguageBatch(TokenBatch tokens, int[] targets, double weight) {
    if (targets.length != tokens.size()) {
      throw new IllegalArgumentException(
          "targets must be one a token (%d), were %d".formatted(tokens.size(), targets.length));
    }
    this.tokens = tokens;
    this.targets = targets.clone();
    this.weight = weight;
  }

  /** Returns the factor of its loss in a training step, 1 for most batches. */
  public final double weight() {
    return weight;
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
