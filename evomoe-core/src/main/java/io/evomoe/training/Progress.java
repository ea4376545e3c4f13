package io.evomoe.training;

/**
 * How far a run has come.
 *
 * @param step finished optimizer steps
 * @param tokens tokens trained on
 * @param trainFlops floating-point operations spent, 6 x active parameters x tokens
 * @param spawned whether the experts were spawned
 */
public record Progress(long step, long tokens, double trainFlops, boolean spawned) {
  /** Before the first step. */
  public static final Progress START = new Progress(0, 0, 0, false);

  Progress afterSpawn() {
    return new Progress(step, tokens, trainFlops, true);
  }

  Progress afterStep(long moreTokens, double moreFlops) {
    return new Progress(step + 1, tokens + moreTokens, trainFlops + moreFlops, spawned);
  }
}
