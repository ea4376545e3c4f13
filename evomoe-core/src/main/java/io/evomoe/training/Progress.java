package io.evomoe.training;

import io.evomoe.internal.names.FieldBound;
import java.io.Serializable;

/**
 * The progress of a run.
 *
 * @param step finished optimizer steps, including skipped ones
 * @param tokens tokens trained on
 * @param trainFlops floating-point operations spent, 6 x active parameters x tokens
 * @param spawned whether the experts were spawned
 * @param skipped steps that changed nothing because a loss or gradient was not finite
 */
public record Progress(long step, long tokens, double trainFlops, boolean spawned, long skipped)
    implements Serializable {

  /** Rejects negative numbers, and FLOPs that are not finite. */
  public Progress {
    FieldBound.atLeast("step", step, 0);
    FieldBound.atLeast("tokens", tokens, 0);
    FieldBound.atLeast("skipped", skipped, 0);
    FieldBound.notNegative("trainFlops", trainFlops);
  }

  /** The progress before the first step. */
  public static final Progress START = new Progress(0, 0, 0, false, 0);

  /** Returns this progress with the experts spawned. */
  public Progress afterSpawn() {
    return new Progress(step, tokens, trainFlops, true, skipped);
  }

  Progress afterStep(long moreTokens, double moreFlops) {
    return new Progress(step + 1, tokens + moreTokens, trainFlops + moreFlops, spawned, skipped);
  }

  Progress afterSkip() {
    return new Progress(step, tokens, trainFlops, spawned, skipped + 1);
  }
}
