package io.evomoe.kernel.internal.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A native pointer that can be set to any address. It owns nothing.
 *
 * <p>ND4J frees the memory of an array as soon as nothing refers to it. So a body that runs on
 * several threads captures its arrays, never their addresses alone.
 */
final class Address extends FloatPointer {

  /** Maximum length of a buffer, whose bytes are counted by int. */
  private static final long MOST = Integer.MAX_VALUE / Float.BYTES;

  private static final int LINE = 64 / Float.BYTES;

  /** Depends on all that was fetched, so the compiler cannot drop the reads. */
  @SuppressWarnings("UnusedVariable")
  private static float fetched;

  Address() {
    super((Pointer) null);
  }

  Address at(long newAddress) {
    this.address = newAddress;
    return this;
  }

  /** Returns the first element of an array, including the view offset. */
  static long of(INDArray array) {
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** Returns an element of an array without gaps. */
  static long element(INDArray array, long index) {
    return of(array) + index * array.data().getElementSize();
  }

  /** Returns the first element of a row of a matrix without gaps. */
  static long row(INDArray matrix, long row) {
    return element(matrix, row * matrix.size(1));
  }

  /**
   * Returns the elements from row to row of a matrix whose columns are dense. ND4J itself returns 1
   * for a view of one row.
   */
  static int rowStride(INDArray matrix) {
    return matrix.size(0) == 1 ? (int) matrix.size(1) : matrix.stride(0);
  }

  /** Sets {@code bytes} bytes from an address to zero. */
  static void clear(long address, long bytes) {
    memset(new Address().at(address), 0, bytes);
  }

  /** Copies bytes. */
  static void copy(long from, long to, long bytes) {
    memcpy(new Address().at(to), new Address().at(from), bytes);
  }

  /** Reads float32 elements into the cache. */
  static void fetch(long address, long length) {
    FloatBuffer elements = buffer(address, length);
    float sum = 0;
    for (int i = 0; i < (int) length; i += LINE) {
      sum += elements.get(i);
    }
    fetched = sum;
  }

  /** Writes a float32 row into each of some rows. */
  static void repeat(long row, long to, long width, int rows) {
    for (int i = 0; i < rows; i++) {
      copy(row, to + i * width * Float.BYTES, width * Float.BYTES);
    }
  }

  /**
   * Returns {@code length} elements from an address.
   *
   * @throws IllegalArgumentException if they exceed a Java buffer, 2 GiB
   */
  static FloatBuffer buffer(long address, long length) {
    if (length > MOST) {
      throw new IllegalArgumentException(
          "an array must have at most %,d numbers for this kernel, has %,d"
              .formatted(MOST, length));
    }
    Address view = new Address();
    view.address = address;
    view.limit = length;
    view.capacity = length;
    return view.asBuffer();
  }
}
