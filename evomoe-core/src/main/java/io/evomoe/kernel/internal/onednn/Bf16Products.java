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

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products of float32 operands that are rounded to bfloat16 first and summed in float32.
 * Both operands go through scratch memory; at 20 GB/s the rounding costs a few hundredths of the
 * product.
 */
final class Bf16Products {
  private final PrimitiveCache cache;
  private final ThreadLocal<Scratch> left = ThreadLocal.withInitial(Scratch::new);
  private final ThreadLocal<Scratch> right = ThreadLocal.withInitial(Scratch::new);

  Bf16Products(PrimitiveCache cache) {
    this.cache = cache;
  }

  /**
   * c [m, n] = op(a) op(b) (+ bias [n]) (+ c where it accumulates).
   *
   * @param bias address, or 0 for none
   */
  void multiply(Shape shape, long a, long b, long bias, long c) {
    multiply(shape, shape, a, b, bias, c);
  }

  /**
   * The same at a larger shape, so that few primitives serve row counts that change all the time.
   * Where {@code padded} has more rows m, what lies after c's m rows is overwritten with anything;
   * where it has a longer sum k, the operands count as zero there. Only row-major operands' rows
   * are padded: m of a, or k of a transposed a and of b.
   */
  void multiply(Shape shape, Shape padded, long a, long b, long bias, long c) {
    long left = roundLeft(a, shape.m() * shape.k(), padded.m() * padded.k());
    long right = roundRight(b, shape.k() * shape.n(), padded.k() * padded.n());
    multiplyRounded(padded, left, right, bias, c);
  }

  /** The product of operands that are bfloat16 already. */
  void multiplyRounded(Shape shape, long a, long b, long bias, long c) {
    Primitive primitive = cache.get(new Key(shape, bias != 0), () -> primitive(shape, bias != 0));
    if (bias != 0) {
      primitive.execute(a, b, bias, c);
    } else {
      primitive.execute(a, b, c);
    }
  }

  /**
   * Rounds n numbers into this thread's scratch memory for left operands, zeros after them.
   *
   * @param room numbers in all
   * @return the rounded ones, until the next call
   */
  long roundLeft(long from, long n, long room) {
    return round(left.get(), from, n, room);
  }

  /** The same into scratch memory for right operands. */
  long roundRight(long from, long n, long room) {
    return round(right.get(), from, n, room);
  }

  /** Rounds n numbers into scratch memory for {@code room} of them, zeros after the n. */
  private long round(Scratch scratch, long from, long n, long room) {
    long to = scratch.address(room);
    long done = 0;
    for (int bit = 62; bit >= 0; bit--) {
      long piece = 1L << bit;
      if ((n & piece) != 0) {
        cache
            .get(new Rounding(piece), () -> roundingPrimitive(piece))
            .execute(from + (done << 2), to + (done << 1));
        done += piece;
      }
    }
    scratch.clear(n, room);
    return to;
  }

  private static Primitive primitive(Shape shape, boolean hasBias) {
    dnnl_memory_desc a =
        Dnnl.strided(dnnl_bf16, new long[] {shape.m, shape.k}, strides(shape.m, shape.k, shape.ta));
    dnnl_memory_desc b =
        Dnnl.strided(dnnl_bf16, new long[] {shape.k, shape.n}, strides(shape.k, shape.n, shape.tb));
    dnnl_memory_desc c = Dnnl.dense(shape.m, shape.n);
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

  private static Primitive roundingPrimitive(long n) {
    dnnl_memory_desc from = Dnnl.dense(n);
    dnnl_memory_desc to = Dnnl.strided(dnnl_bf16, new long[] {n}, new long[] {1});
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_reorder_primitive_desc_create(
            description, from, Dnnl.engine(), to, Dnnl.engine(), null),
        "describe a rounding");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_FROM, from)
        .slot(DNNL_ARG_TO, to)
        .build();
  }

  /**
   * A product [m, k] [k, n].
   *
   * @param ta whether a is stored [k, m]
   * @param tb whether b is stored [n, k]
   * @param accumulate whether the product is added to what c holds
   */
  record Shape(boolean ta, boolean tb, long m, long n, long k, boolean accumulate) {}

  private record Key(Shape shape, boolean bias) {}

  private record Rounding(long n) {}

  /** bfloat16 memory of one thread that grows as needed. */
  private static final class Scratch {
    private INDArray array = allocate(1);

    long address(long length) {
      if (array.length() < length) {
        array = allocate(length);
      }
      return array.data().address();
    }

    void clear(long from, long to) {
      if (from < to) {
        new ShortAddress(array.data().address() + (from << 1)).zero(to - from);
      }
    }

    private static INDArray allocate(long length) {
      try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        return Nd4j.createUninitialized(DataType.BFLOAT16, length);
      }
    }
  }

  /** Two-byte elements at an address; owns nothing. */
  private static final class ShortAddress extends org.bytedeco.javacpp.ShortPointer {
    ShortAddress(long address) {
      super((org.bytedeco.javacpp.Pointer) null);
      this.address = address;
    }

    void zero(long length) {
      memset(this, 0, length << 1);
    }
  }
}
