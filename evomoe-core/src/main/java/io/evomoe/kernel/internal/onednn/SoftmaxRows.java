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

  void forward(long x, long y, long rows, long columns) {
    forward(x, y, rows, columns, DataType.FLOAT);
  }

  /** Computes the softmax with a result of the given type. y may be x if that is float32. */
  void forward(long x, long y, long rows, long columns, DataType type) {
    cache
        .get(new Key("softmax", rows, columns, type), () -> makeForward(rows, columns, type))
        .execute(x, y);
  }

  /** Computes dx from the forward result y. dx may be dy. */
  void backward(long y, long dy, long dx, long rows, long columns) {
    backward(y, dy, dx, rows, columns, DataType.FLOAT);
  }

  /** Computes the gradient in the given type. y and dy are float32. */
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

  private static dnnl_memory_desc rows(long rows, long columns, DataType type) {
    return Dnnl.strided(type, new long[] {rows, columns}, new long[] {columns, 1});
  }

  private static dnnl_primitive_desc describe(long rows, long columns, DataType type) {
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_softmax_forward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_forward_training,
            dnnl_softmax_accurate,
            Dnnl.dense(rows, columns),
            rows(rows, columns, type),
            1,
            Dnnl.attributes()),
        "describe a softmax");
    return description;
  }

  private static Primitive makeForward(long rows, long columns, DataType type) {
    return new Primitive.Builder(describe(rows, columns, type))
        .slot(DNNL_ARG_SRC, Dnnl.dense(rows, columns))
        .slot(DNNL_ARG_DST, rows(rows, columns, type))
        .build();
  }

  private static Primitive makeBackward(long rows, long columns, DataType type) {
    dnnl_memory_desc data = Dnnl.dense(rows, columns);
    dnnl_memory_desc gradient = rows(rows, columns, type);
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_softmax_backward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_softmax_accurate,
            gradient,
            data,
            data,
            1,
            describe(rows, columns, DataType.FLOAT),
            Dnnl.attributes()),
        "describe the gradient of a softmax");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_DST, data)
        .slot(DNNL_ARG_DIFF_DST, data)
        .slot(DNNL_ARG_DIFF_SRC, gradient)
        .build();
  }

  private static Primitive makeScale(long rows, long columns, boolean shifted) {
    dnnl_memory_desc data = Dnnl.dense(rows, columns);
    dnnl_memory_desc one = Dnnl.dense(1, 1);
    dnnl_post_ops post = Dnnl.postOps();
    if (shifted) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, one), "append a shift");
    }
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_binary_primitive_desc_create(
            description, Dnnl.engine(), dnnl_binary_mul, data, one, data, Dnnl.attributes(post)),
        "describe a scale");
    Primitive.Builder builder =
        new Primitive.Builder(description)
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
