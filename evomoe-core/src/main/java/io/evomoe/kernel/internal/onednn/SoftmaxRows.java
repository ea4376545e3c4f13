package io.evomoe.kernel.internal.onednn;

import static io.evomoe.kernel.internal.onednn.Dnnl.attributes;
import static io.evomoe.kernel.internal.onednn.Dnnl.describe;
import static io.evomoe.kernel.internal.onednn.Dnnl.engine;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/** Softmax over the last dimension of [rows, columns], and its gradient. */
final class SoftmaxRows {
  private static final int ACCURATE = dnnl_softmax_accurate;

  private final PrimitiveCache cache;

  SoftmaxRows(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Computes the softmax with a result of the given type. y may be x if that is float32. */
  void forward(long x, long y, long rows, long columns, DataType type) {
    Key key = new Key("softmax", rows, columns, type);
    cache.run(key, () -> makeForward(rows, columns, type), x, y);
  }

  /**
   * Computes the gradient in the given type from the forward result y. y and dy are float32. dx may
   * be dy if it is float32 too.
   */
  void backward(long y, long dy, long dx, long rows, long columns, DataType type) {
    Key key = new Key("softmaxGradient", rows, columns, type);
    cache.run(key, () -> makeBackward(rows, columns, type), y, dy, dx);
  }

  /**
   * Computes {@code y = factors[0] * x} over [rows, columns].
   *
   * @param shifted whether to add {@code factors[1]}
   */
  void scale(long x, long factors, long y, long rows, long columns, boolean shifted) {
    Key key = new Key(shifted ? "scaleAndShift" : "scale", rows, columns, DataType.FLOAT);
    long[] plain = {x, factors, y};
    long[] withShift = {x, factors, y, factors + Float.BYTES};
    cache.run(key, () -> makeScale(rows, columns, shifted), shifted ? withShift : plain);
  }

  private static dnnl_memory_desc exact(long rows, long columns) {
    return Layout.dense(DataType.FLOAT, rows, columns).memory();
  }

  private static dnnl_primitive_desc described(dnnl_memory_desc from, dnnl_memory_desc to) {
    return describe(
        "a softmax",
        made ->
            dnnl_softmax_forward_primitive_desc_create(
                made, engine(), dnnl_forward_training, ACCURATE, from, to, 1, attributes()));
  }

  private static Primitive makeForward(long rows, long columns, DataType type) {
    dnnl_memory_desc from = exact(rows, columns);
    dnnl_memory_desc to = Layout.dense(type, rows, columns).memory();
    return new Primitive.Builder(described(from, to))
        .slots(from, DNNL_ARG_SRC)
        .slots(to, DNNL_ARG_DST)
        .build();
  }

  private static Primitive makeBackward(long rows, long columns, DataType type) {
    dnnl_memory_desc data = exact(rows, columns);
    dnnl_memory_desc to = Layout.dense(type, rows, columns).memory();
    dnnl_primitive_desc forward = described(data, data);
    dnnl_primitive_desc gradient =
        describe(
            "the gradient of a softmax",
            made ->
                dnnl_softmax_backward_primitive_desc_create(
                    made, engine(), ACCURATE, to, data, data, 1, forward, attributes()));
    return new Primitive.Builder(gradient)
        .slots(data, DNNL_ARG_DST, DNNL_ARG_DIFF_DST)
        .slots(to, DNNL_ARG_DIFF_SRC)
        .build();
  }

  private static Primitive makeScale(long rows, long columns, boolean shifted) {
    dnnl_memory_desc data = exact(rows, columns);
    dnnl_memory_desc one = exact(1, 1);
    dnnl_post_ops post = Dnnl.postOps();
    if (shifted) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, one), "append a shift");
    }
    dnnl_primitive_desc description =
        describe(
            "a scale",
            to ->
                dnnl_binary_primitive_desc_create(
                    to, engine(), dnnl_binary_mul, data, one, data, attributes(post)));
    Primitive.Builder builder =
        new Primitive.Builder(description)
            .slots(data, DNNL_ARG_SRC_0)
            .slots(one, DNNL_ARG_SRC_1)
            .slots(data, DNNL_ARG_DST);
    if (shifted) {
      builder.slots(one, DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1);
    }
    return builder.build();
  }

  private record Key(String kind, long rows, long columns, DataType type) {}
}
