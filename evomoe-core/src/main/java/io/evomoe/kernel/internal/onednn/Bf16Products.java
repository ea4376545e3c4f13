package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/** Matrix products of bfloat16 operands, summed in float32. */
final class Bf16Products {
  private final PrimitiveCache cache;

  Bf16Products(PrimitiveCache cache) {
    this.cache = cache;
  }

  /**
   * Computes c [m, n] = op(a) op(b) (+ bias [n]) (+ c if it accumulates).
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

  private static Primitive primitive(Shape shape, boolean hasBias) {
    dnnl_memory_desc a = operand(shape.m, shape.k, shape.a);
    dnnl_memory_desc b = operand(shape.k, shape.n, shape.b);
    dnnl_memory_desc c =
        Dnnl.strided(shape.type, new long[] {shape.m, shape.n}, new long[] {shape.stride, 1});
    dnnl_memory_desc bias = hasBias ? Dnnl.dense(1, shape.n) : null;
    dnnl_post_ops postOps = Dnnl.postOps();
    if (shape.accumulate) {
      Dnnl.check(dnnl_post_ops_append_sum(postOps, 1f, 0, dnnl_f32), "append a sum");
    }
    dnnl_primitive_desc description = Dnnl.description();
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

  private static dnnl_memory_desc operand(long rows, long columns, Layout layout) {
    return Dnnl.strided(
        DataType.BFLOAT16,
        new long[] {rows, columns},
        layout.transposed ? new long[] {1, layout.stride} : new long[] {layout.stride, 1});
  }

  /**
   * The memory layout of an operand.
   *
   * @param transposed whether its columns are contiguous instead of its rows
   * @param stride elements from one of them to the next
   */
  record Layout(boolean transposed, long stride) {}

  /**
   * A product [m, k] [k, n].
   *
   * @param stride elements from row to row of c
   * @param type type of c
   * @param accumulate whether the product is added to c, which is float32 then
   */
  record Shape(
      long m, long n, long k, Layout a, Layout b, long stride, DataType type, boolean accumulate) {}

  private record Key(Shape shape, boolean bias) {}
}
