package io.evomoe.training;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a loss or gradient is not finite. The message names the layer or parameter. The
 * parameters are those before the failed step, or the measured ones if the validation loss failed.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final @Nullable String lastCheckpoint;

  /**
   * Creates the exception.
   *
   * @param step the failed step, from 0, or the number of finished steps if the validation loss
   *     failed
   * @param what the non-finite value
   * @param lastCheckpoint the last checkpoint of the run, if there is one
   */
  public TrainingDivergedException(long step, String what, @Nullable Path lastCheckpoint) {
    super(
        "training diverged in step "
            + step
            + ": "
            + what
            + (lastCheckpoint == null
                ? "; there is no checkpoint"
                : "; the last checkpoint is " + lastCheckpoint)
            + ". Try a lower learning rate");
    this.step = step;
    this.lastCheckpoint = lastCheckpoint == null ? null : lastCheckpoint.toString();
  }

  /**
   * Returns the failed step, from 0, or the number of finished steps if the validation loss failed.
   */
  public long step() {
    return step;
  }

  /** Returns the last checkpoint that the run wrote or read, if any. */
  public Optional<Path> lastCheckpoint() {
    return Optional.ofNullable(lastCheckpoint).map(Path::of);
  }
}
