package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/** Softmax over the last dimension of [rows, columns], and its gradient. */
final class SoftmaxRows {
  private final PrimitiveCache cache;

  SoftmaxRows(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Computes the softmax with a result of the given type. y may be x if that is float32. */
  void forward(long x, long y, long rows, long columns, DataType type) {
    cache
        .get(new Key("softmax", rows, columns, type), () -> makeForward(rows, columns, type))
        .execute(x, y);
  }

  /**
   * Computes the gradient in the given type from the forward result y. y and dy are float32. dx may
   * be dy if it is float32 too.
   */
  void backward(long y, long dy, long dx, long rows, long columns, DataType type) {
    cache
        .get(
            new Key("softmaxGradient", rows, columns, type),
            () -> makeBackward(rows, columns, type))
        .execute(y, dy, dx);
  }

  /** Computes y = factor[0] * x over [rows, columns]. */
  void scale(long x, long factor, long y, long rows, long columns) {
    cache
        .get(new Key("scale", rows, columns, DataType.FLOAT), () -> makeScale(rows, columns, false))
        .execute(x, factor, y);
  }

  /** Computes y = factors[0] * x + factors[1] over [rows, columns]. */
  void scaleAndShift(long x, long factors, long y, long rows, long columns) {
    cache
        .get(
            new Key("scaleAndShift", rows, columns, DataType.FLOAT),
            () -> makeScale(rows, columns, true))
        .execute(x, factors, y, factors + Float.BYTES);
  }

  private static dnnl_memory_desc exact(long rows, long columns) {
    return Layout.dense(DataType.FLOAT, rows, columns).memory();
  }

  private static dnnl_primitive_desc describe(dnnl_memory_desc from, dnnl_memory_desc to) {
    return Dnnl.describe(
        "a softmax",
        made ->
            dnnl_softmax_forward_primitive_desc_create(
                made,
                Dnnl.engine(),
                dnnl_forward_training,
                dnnl_softmax_accurate,
                from,
                to,
                1,
                Dnnl.attributes()));
  }

  private static Primitive makeForward(long rows, long columns, DataType type) {
    dnnl_memory_desc from = exact(rows, columns);
    dnnl_memory_desc to = Layout.dense(type, rows, columns).memory();
    return new Primitive.Builder(describe(from, to))
        .slot(DNNL_ARG_SRC, from)
        .slot(DNNL_ARG_DST, to)
        .build();
  }

  private static Primitive makeBackward(long rows, long columns, DataType type) {
    dnnl_memory_desc data = exact(rows, columns);
    dnnl_memory_desc gradient = Layout.dense(type, rows, columns).memory();
    return new Primitive.Builder(
            Dnnl.describe(
                "the gradient of a softmax",
                made ->
                    dnnl_softmax_backward_primitive_desc_create(
                        made,
                        Dnnl.engine(),
                        dnnl_softmax_accurate,
                        gradient,
                        data,
                        data,
                        1,
                        describe(data, data),
                        Dnnl.attributes())))
        .slot(DNNL_ARG_DST, data)
        .slot(DNNL_ARG_DIFF_DST, data)
        .slot(DNNL_ARG_DIFF_SRC, gradient)
        .build();
  }

  private static Primitive makeScale(long rows, long columns, boolean shifted) {
    dnnl_memory_desc data = exact(rows, columns);
    dnnl_memory_desc one = exact(1, 1);
    dnnl_post_ops post = Dnnl.postOps();
    if (shifted) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, one), "append a shift");
    }
    Primitive.Builder builder =
        new Primitive.Builder(
                Dnnl.describe(
                    "a scale",
                    made ->
                        dnnl_binary_primitive_desc_create(
                            made,
                            Dnnl.engine(),
                            dnnl_binary_mul,
                            data,
                            one,
                            data,
                            Dnnl.attributes(post))))
            .slot(DNNL_ARG_SRC_0, data)
            .slot(DNNL_ARG_SRC_1, one)
            .slot(DNNL_ARG_DST, data);
    if (shifted) {
      builder.slot(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, one);
    }
    return builder.build();
  }

  private record Key(String kind, long rows, long columns, DataType type) {}
}
