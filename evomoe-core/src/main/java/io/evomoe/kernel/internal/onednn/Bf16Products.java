package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import io.evomoe.kernel.internal.onednn.MatrixProducts.Matrix;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Matrix products of float32 operands that are rounded to bfloat16 first and summed in float32.
 * Both operands go through scratch memory; at 20 GB/s the rounding costs a few hundredths of the
 * product.
 */
final class Bf16Products {
  private final PrimitiveCache cache;
  private final ThreadLocal<Scratch> left =
      ThreadLocal.withInitial(() -> new Scratch(DataType.BFLOAT16));
  private final ThreadLocal<Scratch> right =
      ThreadLocal.withInitial(() -> new Scratch(DataType.BFLOAT16));

  Bf16Products(PrimitiveCache cache) {
    this.cache = cache;
  }

  /**
   * A tile of c = a^T b, or added to it, a [k, m] and b [k, n]. The operands count as zero in the
   * rows that fill up k to {@code padded}, so that few primitives serve row counts that change all
   * the time.
   */
  void transposedTimes(
      Matrix a, Matrix b, Matrix c, Tile tile, int k, int padded, boolean accumulate) {
    long rows = tile.rows();
    long columns = tile.columns();
    long x = roundLeft(a.part(0, tile.row()), k, rows, padded);
    long dy = roundRight(b.part(0, tile.column()), k, columns, padded);
    Shape shape = new Shape(true, false, rows, columns, padded, c.stride(), accumulate);
    multiply(shape, x, dy, 0, c.part(tile.row(), tile.column()).address());
  }

  /**
   * c [m, n] = op(a) op(b) (+ bias [n]) (+ c where it accumulates), of operands that are bfloat16
   * already.
   *
   * @param bias address, or 0 for none
   */
  void multiply(Shape shape, long a, long b, long bias, long c) {
    Primitive primitive = cache.get(new Key(shape, bias != 0), () -> primitive(shape, bias != 0));
    if (bias != 0) {
      primitive.execute(a, b, bias, c);
    } else {
      primitive.execute(a, b, c);
    }
  }

  /**
   * Rounds the first columns of a matrix into this thread's scratch memory for left operands,
   * without gaps between the rows and with zeros after them.
   *
   * @param room rows in all
   * @return the rounded ones, until the next call
   */
  long roundLeft(Matrix from, long rows, long columns, long room) {
    return round(left.get(), from, rows, columns, room);
  }

  /** The same into scratch memory for right operands. */
  long roundRight(Matrix from, long rows, long columns, long room) {
    return round(right.get(), from, rows, columns, room);
  }

  private long round(Scratch scratch, Matrix from, long rows, long columns, long room) {
    long to = scratch.address(room * columns);
    if (from.stride() == columns) {
      round(new Matrix(from.address(), 1), rows * columns, 1, to);
    } else {
      round(from, rows, columns, to);
    }
    Address.clear(to + rows * columns * Short.BYTES, (room - rows) * columns * Short.BYTES);
    return to;
  }

  /** In pieces of powers of two of the rows, so that a few primitives serve all numbers of them. */
  private void round(Matrix from, long rows, long columns, long to) {
    long done = 0;
    for (long piece = Long.highestOneBit(rows); piece > 0; piece >>= 1) {
      if ((rows & piece) != 0) {
        Rounding rounding = new Rounding(piece, columns, from.stride());
        cache
            .get(rounding, rounding::primitive)
            .execute(from.part(done, 0).address(), to + done * columns * Short.BYTES);
        done += piece;
      }
    }
  }

  private static Primitive primitive(Shape shape, boolean hasBias) {
    dnnl_memory_desc a =
        Dnnl.strided(dnnl_bf16, new long[] {shape.m, shape.k}, strides(shape.m, shape.k, shape.ta));
    dnnl_memory_desc b =
        Dnnl.strided(dnnl_bf16, new long[] {shape.k, shape.n}, strides(shape.k, shape.n, shape.tb));
    dnnl_memory_desc c = Dnnl.strided(new long[] {shape.m, shape.n}, new long[] {shape.stride, 1});
    dnnl_memory_desc bias = hasBias ? Dnnl.dense(1, shape.n) : null;
    dnnl_post_ops postOps = Dnnl.postOps();
    if (shape.accumulate) {
      Dnnl.check(dnnl_post_ops_append_sum(postOps, 1f, 0, dnnl_f32), "append a sum");
    }
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            description, Dnnl.engine(), a, b, bias, c, Dnnl.attributes(postOps)),
        "describe a bfloat16 product");
    Primitive.Builder builder =
        new Primitive.Builder(description).slot(DNNL_ARG_SRC, a).slot(DNNL_ARG_WEIGHTS, b);
    if (bias != null) {
      builder.slot(DNNL_ARG_BIAS, bias);
    }
    return builder.slot(DNNL_ARG_DST, c).build();
  }

  private static long[] strides(long rows, long columns, boolean transposed) {
    return transposed ? new long[] {1, rows} : new long[] {columns, 1};
  }

  /**
   * A product [m, k] [k, n].
   *
   * @param ta whether a is stored [k, m]
   * @param tb whether b is stored [n, k]
   * @param stride elements from row to row of c
   * @param accumulate whether the product is added to what c holds
   */
  record Shape(boolean ta, boolean tb, long m, long n, long k, long stride, boolean accumulate) {}

  private record Key(Shape shape, boolean bias) {}

  private record Rounding(long rows, long columns, long stride) {
    Primitive primitive() {
      long[] shape = {rows, columns};
      dnnl_memory_desc from = Dnnl.strided(shape, new long[] {stride, 1});
      dnnl_memory_desc to = Dnnl.strided(dnnl_bf16, shape, new long[] {columns, 1});
      dnnl_primitive_desc description = new dnnl_primitive_desc();
      Dnnl.check(
          dnnl_reorder_primitive_desc_create(
              description, from, Dnnl.engine(), to, Dnnl.engine(), Dnnl.attributes()),
          "describe a rounding");
      return new Primitive.Builder(description)
          .slot(DNNL_ARG_FROM, from)
          .slot(DNNL_ARG_TO, to)
          .build();
    }
  }
}
