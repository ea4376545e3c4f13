package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Memory for the squares of an attention's tile, which have the shape of its scores. Products write
 * float32 squares and read squares of the type of the rows, which may be the same.
 */
final class TileSquares {
  private final long first;
  private final long bytes;
  private final boolean same;

  /**
   * Creates squares in scratch memory, valid until its next request.
   *
   * @param type type of the squares that products read
   * @param scratch float32 memory
   */
  TileSquares(Form form, DataType type, Scratch scratch) {
    this.same = type == DataType.FLOAT;
    this.bytes = form.scores() * Float.BYTES;
    this.first = scratch.address((same ? 2 : 3) * form.scores());
  }

  /** Returns the address of the float32 scores, which are overwritten by the probabilities. */
  long scores() {
    return first;
  }

  /** Returns the address of the float32 gradients of the probabilities. */
  long dProbabilities() {
    return first + bytes;
  }

  /**
   * Returns the address of the probabilities that products read. It is that of the scores if the
   * type is float32.
   */
  long probabilities() {
    return same ? scores() : first + 2 * bytes;
  }

  /**
   * Returns the address of the gradients of the scores that products read. They are in place if the
   * type is float32.
   */
  long dScores() {
    return same ? dProbabilities() : first + 2 * bytes + bytes / 2;
  }
}
