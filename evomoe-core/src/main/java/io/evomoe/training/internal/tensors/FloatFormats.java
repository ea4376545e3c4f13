package io.evomoe.training.internal.tensors;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Converts arrays of published weight formats to float32 and back. A half-precision number becomes
 * the float32 number of the same value, so writing it in its old format gives the same number.
 * Results are outside any workspace.
 */
public final class FloatFormats {
  private static final int PIECE = 1 << 22;

  private FloatFormats() {}

  /** Returns whether weights may have this type. */
  public static boolean isFloat(DataType type) {
    return type == DataType.FLOAT || type == DataType.FLOAT16 || type == DataType.BFLOAT16;
  }

  /**
   * Returns the same values in float32.
   *
   * @param array FLOAT (returned itself), FLOAT16 or BFLOAT16; C order
   */
  public static INDArray toFloat(INDArray array) {
    requireFloat(array.dataType());
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return array.castTo(DataType.FLOAT);
    }
  }

  /**
   * Returns the nearest values of a format, ties to even.
   *
   * @param array FLOAT, C order
   * @param type FLOAT (the array itself is returned), FLOAT16 or BFLOAT16
   */
  public static INDArray fromFloat(INDArray array, DataType type) {
    requireFloat(type);
    if (type == DataType.FLOAT) {
      return array;
    }
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray dense = TensorBytes.isDense(array) ? array : array.dup('c');
      INDArray to = Nd4j.createUninitialized(type, array.shape());
      TensorBytes.forEachPiece(
          dense,
          PIECE,
          (first, piece) -> {
            FloatBuffer in = piece.asFloatBuffer();
            ShortBuffer out = TensorBytes.piece(to, first, PIECE).asShortBuffer();
            while (in.hasRemaining()) {
              float value = in.get();
              out.put((short) (type == DataType.FLOAT16 ? float16(value) : bfloat16(value)));
            }
          });
      return to;
    }
  }

  /** Receives elements of an array. */
  @FunctionalInterface
  public interface Sink {
    /** Receives all of the next elements. */
    void accept(FloatBuffer piece) throws IOException;
  }

  /**
   * Passes the elements of an array in C order to a sink.
   *
   * @param array FLOAT, of any order or stride
   * @param most maximum number of elements of a piece, at least 1
   */
  public static void forEachPiece(INDArray array, int most, Sink sink) throws IOException {
    if (array.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException("type must be FLOAT, was " + array.dataType());
    }
    boolean dense = TensorBytes.isDense(array);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray ordered = dense ? array : array.dup('c');
      Nd4j.getAffinityManager().ensureLocation(ordered, AffinityManager.Location.HOST);
      TensorBytes.forEachPiece(ordered, most, (first, piece) -> sink.accept(piece.asFloatBuffer()));
      if (!dense) {
        ordered.close();
      }
    }
  }

  private static void requireFloat(DataType type) {
    if (!isFloat(type)) {
      throw new IllegalArgumentException("type must be FLOAT, HALF or BFLOAT16, was " + type);
    }
  }

  /** Returns the 16 bits of the nearest half-precision number, ties to even. */
  public static int float16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return sign | 0x7e00;
    }
    if (magnitude >= 65520) {
      return sign | 0x7c00; // Halfway from the greatest number to infinity, and beyond.
    }
    if (magnitude < 0x1p-14f) {
      return sign | (int) Math.rint(magnitude * 0x1p24); // Below the normal numbers.
    }
    int rounded = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1);
    return sign | ((rounded >>> 13) - (112 << 10));
  }

  /** Returns the 16 bits of the nearest bfloat16, ties to even. */
  public static int bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (bits >>> 16) | 0x40; // Rounding could carry a NaN into infinity.
    }
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
}
