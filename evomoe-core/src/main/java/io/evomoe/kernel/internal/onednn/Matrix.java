package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import org.nd4j.linalg.api.buffer.DataType;

/**
 * A matrix in memory, whose columns are dense.
 *
 * @param stride elements from row to row
 */
record Matrix(long address, long stride, DataType type) {
  /** Elements of 2 MiB, about as much as stays in a core's cache until it is used. */
  private static final long FETCHED = 1 << 19;

  /** Returns the part that begins at an element. */
  Matrix part(long row, long column) {
    return new Matrix(address + bytes(row * stride + column), stride, type);
  }

  /** Copies the first rows to an address, without gaps. */
  void copy(long rows, long width, long to) {
    for (long i = 0; i < rows; i++) {
      Address.copy(address + bytes(i * stride), to + bytes(i * width), bytes(width));
    }
  }

  /** Returns the first rows, copied to an address, with rows of zeros after them. */
  Matrix padded(int rows, int whole, long width, long to) {
    copy(rows, width, to);
    Address.clear(to + bytes(rows * width), bytes((whole - rows) * width));
    return new Matrix(to, width, type);
  }

  /**
   * Reads the first rows into the cache, if they have no gaps and are not too many. A processor
   * reads memory fastest in its order, and a product of few rows reads it in another.
   */
  void fetch(long rows, long width) {
    if (width == stride && isFetched(rows * width)) {
      Address.fetch(address, rows * width);
    }
  }

  /** Returns whether some elements are few enough to be read into the cache before their use. */
  static boolean isFetched(long elements) {
    return elements <= FETCHED;
  }

  private long bytes(long elements) {
    return elements * type.width();
  }

  /** Computes c [m, n] = op(a) op(b), or adds it to c, by dnnl_sgemm, sums of k terms. */
  static void multiply(
      boolean transposeA,
      boolean transposeB,
      Matrix a,
      Matrix b,
      Matrix c,
      long m,
      long n,
      long k,
      boolean add) {
    Dnnl.check(
        dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
            m,
            n,
            k,
            1f,
            new Address().at(a.address),
            a.stride,
            new Address().at(b.address),
            b.stride,
            add ? 1f : 0f,
            new Address().at(c.address),
            c.stride),
        "multiply matrices");
  }
}
