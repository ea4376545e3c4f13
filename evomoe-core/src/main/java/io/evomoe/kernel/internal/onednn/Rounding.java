package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.internal.onednn.Operands.Operand;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/** Rounds float32 elements to the operand type, in memory of the calling thread. */
final class Rounding {
  private static final long MOST = 1L << 26;

  private final DataType type;
  private final long most;
  private final PrimitiveCache cache = new PrimitiveCache();
  private final Scratch common;
  private final Scratch own;

  Rounding(DataType type) {
    this(type, MOST);
  }

  /**
   * Creates a rounding with a bound.
   *
   * @param most maximum number of elements of one array that are rounded at a time, at least a row
   */
  Rounding(DataType type, long most) {
    this.type = type;
    this.most = most;
    this.common = new Scratch(type);
    this.own = new Scratch(type);
  }

  DataType type() {
    return type;
  }

  /**
   * Returns the number of rows of an array to round at a time, at least 1. With a large vocabulary,
   * the gradient of all logits would need hundreds of megabytes.
   */
  int rows(long width) {
    boolean all = type == DataType.FLOAT || width == 0;
    return all ? Integer.MAX_VALUE : (int) Math.max(1, Math.min(Integer.MAX_VALUE, most / width));
  }

  /** Returns memory for rounded elements, valid until the next call. */
  long room(long elements) {
    return common.address(elements);
  }

  /**
   * Adds pieces that round elements.
   *
   * @return the bytes of the rounded elements
   */
  long addPieces(Operand from, long length, long to, List<Runnable> pieces) {
    for (long i = 0; i < length; i += Pieces.ELEMENTS) {
      long start = i;
      long size = Math.min(Pieces.ELEMENTS, length - i);
      pieces.add(
          () -> round(from.address() + start * Float.BYTES, to + start * type.width(), size));
    }
    return length * type.width();
  }

  /** Rounds elements, on this thread, into memory that is valid until the next call. */
  long roundHere(long from, long elements) {
    long to = own.address(elements);
    round(from, to, elements);
    return to;
  }

  /** Rounds elements, on this thread. */
  void round(long from, long to, long length) {
    ElementWise.forPieces(
        length,
        (start, size) ->
            cache.copy(
                Layout.dense(DataType.FLOAT, size),
                Layout.dense(type, size),
                from + start * Float.BYTES,
                to + start * type.width()));
  }
}
