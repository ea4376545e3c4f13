package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Matrix products on addresses.
 *
 * <p>oneDNN has two ways: a compiled matmul primitive a shape (fused bias, fast with a transposed
 * right side, 0.4 to 1 ms to create, about 530 KiB to keep) and {@code dnnl_sgemm} (no creation,
 * level in speed except with a transposed right side, where it is 2-4 times slower). Token counts
 * of an expert change every step, so there are primitives for multiples of {@value #COMPILED_ROWS}
 * rows only, and none for an expert's small weights, where they gain nothing; what is left goes to
 * sgemm, after transposing the weights (0.05 ms). Which way is taken depends on the shape alone, so
 * results repeat to the bit.
 */
final class MatrixProducts {
  private static final byte PLAIN = (byte) 'N';
  private static final byte TRANSPOSED = (byte) 'T';
  private static final int COMPILED_ROWS = 8;
  private static final long COMPILED_WEIGHT = 1 << 17;

  private final PrimitiveCache cache;
  private final ThreadLocal<Slots> slots = ThreadLocal.withInitial(Slots::new);

  MatrixProducts(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Whether products with this many rows use a compiled primitive. */
  static boolean compiled(long rows) {
    return rows % COMPILED_ROWS == 0;
  }

  /** Whether an expert's products with weights [in, out] use compiled primitives at all. */
  static boolean worthCompiling(long in, long out) {
    return in * out >= COMPILED_WEIGHT;
  }

  /** The next number of rows, from {@code rows} on, for which there is a compiled primitive. */
  static int wholeRows(int rows) {
    return (rows + COMPILED_ROWS - 1) / COMPILED_ROWS * COMPILED_ROWS;
  }

  /** y [rows, out] = x [rows, in] w [in, out] + bias. */
  void linear(long x, long w, long bias, long y, long rows, long in, long out) {
    cache
        .get(new Key("linear", rows, in, out), () -> linearPrimitive(rows, in, out))
        .execute(x, w, bias, y);
  }

  /** c [m, n] = a [m, k] b^T, b [n, k]; c is added to if {@code accumulate}. */
  void timesTransposed(long a, long b, long c, long m, long n, long k, boolean accumulate) {
    String kind = accumulate ? "addTimesTransposed" : "timesTransposed";
    cache
        .get(new Key(kind, m, n, k), () -> transposedPrimitive(m, n, k, accumulate))
        .execute(a, b, c);
  }

  /** The same without a primitive for m rows. */
  void timesTransposedByGemm(long a, long b, long c, long m, long n, long k, boolean accumulate) {
    long transposed = slots.get().scratch.address(n * k);
    cache.get(new Key("transpose", n, k, 0), () -> transposePrimitive(n, k)).execute(b, transposed);
    gemm(false, false, a, transposed, c, m, n, k, accumulate ? 1 : 0);
  }

  /** c [m, n] = op(a) op(b) + beta c by dnnl_sgemm. */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      long c,
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
            s.a.at(a),
            transposeA ? m : k,
            s.b.at(b),
            transposeB ? k : n,
            (float) beta,
            s.c.at(c),
            n),
        "multiply matrices");
  }

  private static Primitive linearPrimitive(long rows, long in, long out) {
    dnnl_memory_desc x = Dnnl.dense(rows, in);
    dnnl_memory_desc w = Dnnl.dense(in, out);
    dnnl_memory_desc bias = Dnnl.dense(1, out);
    dnnl_memory_desc y = Dnnl.dense(rows, out);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(description, Dnnl.engine(), x, w, bias, y, null),
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
    dnnl_primitive_desc description = new dnnl_primitive_desc();
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

  /** From [rows, columns] to [columns, rows]. */
  private static Primitive transposePrimitive(long rows, long columns) {
    dnnl_memory_desc from = Dnnl.dense(rows, columns);
    dnnl_memory_desc to = Dnnl.strided(new long[] {rows, columns}, new long[] {1, rows});
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_reorder_primitive_desc_create(
            description, from, Dnnl.engine(), to, Dnnl.engine(), null),
        "describe a transpose");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_FROM, from)
        .slot(DNNL_ARG_TO, to)
        .build();
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
