package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Memory for the squares of an attention's tile, which are of the shape of its scores. Products
 * make float32 ones and read those of the type of the rows beside them, which may be the same.
 */
final class TileSquares {
  private final long first;
  private final long bytes;
  private final boolean same;

  /**
   * In scratch memory, until somebody asks for that again.
   *
   * @param type of what products read
   * @param scratch of float32
   */
  TileSquares(Form form, DataType type, Scratch scratch) {
    this.same = type == DataType.FLOAT;
    this.bytes = form.scores() * Float.BYTES;
    this.first = scratch.address((same ? 2 : 3) * form.scores());
  }

  /** Address of the scores, float32, and of the probabilities that become of them. */
  long scores() {
    return first;
  }

  /** Of the gradients of the probabilities, float32. */
  long dProbabilities() {
    return first + bytes;
  }

  /** Of the probabilities that products read; the scores' place if that is float32. */
  long probabilities() {
    return same ? scores() : first + 2 * bytes;
  }

  /** Of the gradients of the scores that products read; in place if that is float32. */
  long dScores() {
    return same ? dProbabilities() : first + 2 * bytes + bytes / 2;
  }
}
