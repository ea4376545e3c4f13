package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Matrix products on addresses.
 *
 * <p>oneDNN has two ways. A compiled matmul primitive per shape has a fused bias and is fast with a
 * transposed right side, but is slow to create and takes memory. {@code dnnl_sgemm} needs no
 * creation and is as fast, except with a transposed right side. The number of tokens of an expert
 * changes every step. So there are primitives only for multiples of {@value #COMPILED_ROWS} rows.
 * Fewer rows use sgemm, after transposing the weights. The choice depends only on the shape, so
 * results are reproducible to the bit.
 */
final class MatrixProducts {
  private static final byte PLAIN = (byte) 'N';
  private static final byte TRANSPOSED = (byte) 'T';

  /** The rows of a compiled primitive are a multiple of this. */
  static final int COMPILED_ROWS = 8;

  private static final int TERMS = 256;
  private static final int TERM_STEP = 16;

  private final PrimitiveCache cache;
  private final ThreadLocal<Slots> slots = ThreadLocal.withInitial(Slots::new);

  MatrixProducts(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Returns whether products with this many rows use a compiled primitive. */
  static boolean compiled(long rows) {
    return rows % COMPILED_ROWS == 0;
  }

  /**
   * Covers rows by multiples of {@value #COMPILED_ROWS}. For other numbers, the last rows are
   * computed twice.
   *
   * @param rows at least {@value #COMPILED_ROWS}
   */
  static void forCompiledRows(int rows, Covering body) {
    int whole = rows - rows % COMPILED_ROWS;
    body.run(0, whole);
    if (whole < rows) {
      body.run(rows - COMPILED_ROWS, COMPILED_ROWS);
    }
  }

  /** Computes y [rows, out] = x [rows, in] w [in, out] + bias. */
  void linear(long x, long w, long bias, long y, long rows, long in, long out) {
    cache
        .get(new Key("linear", rows, in, out), () -> linearPrimitive(rows, in, out))
        .execute(x, w, bias, y);
  }

  /** Computes c [m, n] = a [m, k] b^T, b [n, k]. Adds to c if {@code accumulate} is set. */
  void timesTransposed(long a, long b, long c, long m, long n, long k, boolean accumulate) {
    String kind = accumulate ? "addTimesTransposed" : "timesTransposed";
    cache
        .get(new Key(kind, m, n, k), () -> transposedPrimitive(m, n, k, accumulate))
        .execute(a, b, c);
  }

  /** Computes the same without a primitive for m rows. */
  void timesTransposedByGemm(long a, long b, long c, long m, long n, long k, boolean accumulate) {
    long transposed = slots.get().scratch.address(n * k);
    cache.get(new Key("transpose", n, k, 0), () -> transposePrimitive(n, k)).execute(b, transposed);
    gemm(
        false,
        false,
        new Matrix(a, k),
        new Matrix(transposed, n),
        new Matrix(c, n),
        m,
        n,
        k,
        accumulate ? 1 : 0);
  }

  /** Computes c [m, n] = op(a) op(b) + beta c by dnnl_sgemm, sums of k terms. */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      Matrix a,
      Matrix b,
      Matrix c,
      long m,
      long n,
      long k,
      double beta) {
    Slots s = slots.get();
    Dnnl.check(
        dnnl_sgemm(
            transposeA ? TRANSPOSED : PLAIN,
            transposeB ? TRANSPOSED : PLAIN,
            m,
            n,
            k,
            1f,
            s.a.at(a.address),
            a.stride,
            s.b.at(b.address),
            b.stride,
            (float) beta,
            s.c.at(c.address),
            c.stride),
        "multiply matrices");
  }

  /**
   * Computes a tile of c = a^T b, or adds it, for a [k, m] and b [k, n]. It processes at most
   * {@value #TERMS} terms at a time, which stay in the cache. The rest is filled up with zeros in
   * scratch memory, so sums of all lengths share a few compiled primitives.
   */
  void transposedTimes(Matrix a, Matrix b, Matrix c, Tile tile, int k, boolean accumulate) {
    boolean add = accumulate;
    for (int from = 0; from < k; from += TERMS) {
      int terms = Math.min(TERMS, k - from);
      int whole = (terms + TERM_STEP - 1) / TERM_STEP * TERM_STEP;
      Matrix left = a.part(from, tile.row());
      Matrix right = b.part(from, tile.column());
      if (whole > terms) {
        long room = slots.get().scratch.address(whole * (tile.rows() + tile.columns()));
        left = left.padded(terms, whole, tile.rows(), room);
        right =
            right.padded(terms, whole, tile.columns(), room + whole * tile.rows() * Float.BYTES);
      }
      SumKey key =
          new SumKey(tile.rows(), tile.columns(), whole, left.stride, right.stride, c.stride, add);
      cache
          .get(key, key::primitive)
          .execute(left.address, right.address, c.part(tile.row(), tile.column()).address);
      add = true;
    }
  }

  private static Primitive linearPrimitive(long rows, long in, long out) {
    dnnl_memory_desc x = Dnnl.dense(rows, in);
    dnnl_memory_desc w = Dnnl.dense(in, out);
    dnnl_memory_desc bias = Dnnl.dense(1, out);
    dnnl_memory_desc y = Dnnl.dense(rows, out);
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            description, Dnnl.engine(), x, w, bias, y, Dnnl.attributes()),
        "describe a linear map");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC, x)
        .slot(DNNL_ARG_WEIGHTS, w)
        .slot(DNNL_ARG_BIAS, bias)
        .slot(DNNL_ARG_DST, y)
        .build();
  }

  private static Primitive transposedPrimitive(long m, long n, long k, boolean accumulate) {
    dnnl_memory_desc a = Dnnl.dense(m, k);
    dnnl_memory_desc b = Dnnl.strided(new long[] {k, n}, new long[] {1, k});
    dnnl_memory_desc c = Dnnl.dense(m, n);
    dnnl_post_ops postOps = Dnnl.postOps();
    if (accumulate) {
      Dnnl.check(dnnl_post_ops_append_sum(postOps, 1f, 0, dnnl_f32), "append a sum");
    }
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            description, Dnnl.engine(), a, b, null, c, Dnnl.attributes(postOps)),
        "describe a product");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC, a)
        .slot(DNNL_ARG_WEIGHTS, b)
        .slot(DNNL_ARG_DST, c)
        .build();
  }

  /** Returns a primitive that transposes [rows, columns] to [columns, rows]. */
  private static Primitive transposePrimitive(long rows, long columns) {
    dnnl_memory_desc from = Dnnl.dense(rows, columns);
    dnnl_memory_desc to = Dnnl.strided(new long[] {rows, columns}, new long[] {1, rows});
    return Primitive.copy(from, to);
  }

  /** Processes rows of a product. */
  interface Covering {
    void run(long from, int rows);
  }

  /**
   * The memory layout of a matrix of a product.
   *
   * @param stride elements from row to row
   */
  record Matrix(long address, long stride) {

    /** Returns the part that begins at an element. */
    Matrix part(long row, long column) {
      return new Matrix(address + (row * stride + column) * Float.BYTES, stride);
    }

    /** Returns its first rows, copied to an address, with rows of zeros after them. */
    private Matrix padded(int rows, int whole, long columns, long to) {
      float[] row = new float[Math.toIntExact(columns)];
      FloatBuffer source = Address.buffer(address, (rows - 1) * stride + columns);
      FloatBuffer target = Address.buffer(to, whole * columns);
      for (int i = 0; i < rows; i++) {
        source.get(Math.toIntExact(i * stride), row);
        target.put(i * row.length, row);
      }
      Arrays.fill(row, 0);
      for (int i = rows; i < whole; i++) {
        target.put(i * row.length, row);
      }
      return new Matrix(to, columns);
    }
  }

  /** A compiled sum of terms, with the row strides of its matrices. */
  private record SumKey(long rows, long columns, long terms, long a, long b, long c, boolean add) {
    Primitive primitive() {
      dnnl_memory_desc left = Dnnl.strided(new long[] {rows, terms}, new long[] {1, a});
      dnnl_memory_desc right = Dnnl.strided(new long[] {terms, columns}, new long[] {b, 1});
      dnnl_memory_desc result = Dnnl.strided(new long[] {rows, columns}, new long[] {c, 1});
      dnnl_post_ops postOps = Dnnl.postOps();
      if (add) {
        Dnnl.check(dnnl_post_ops_append_sum(postOps, 1f, 0, dnnl_f32), "append a sum");
      }
      dnnl_primitive_desc description = Dnnl.description();
      Dnnl.check(
          dnnl_matmul_primitive_desc_create(
              description, Dnnl.engine(), left, right, null, result, Dnnl.attributes(postOps)),
          "describe a product");
      return new Primitive.Builder(description)
          .slot(DNNL_ARG_SRC, left)
          .slot(DNNL_ARG_WEIGHTS, right)
          .slot(DNNL_ARG_DST, result)
          .build();
    }
  }

  private record Key(String kind, long a, long b, long c) {}

  /** Pointers and scratch memory of one thread. */
  private static final class Slots {
    private final Address a = new Address();
    private final Address b = new Address();
    private final Address c = new Address();
    private final Scratch scratch = new Scratch(DataType.FLOAT);
  }
}
