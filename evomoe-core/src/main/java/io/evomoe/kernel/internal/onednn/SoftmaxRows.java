package io.evomoe.kernel.internal.onednn;

import static io.evomoe.kernel.internal.onednn.Dnnl.attributes;
import static io.evomoe.kernel.internal.onednn.Dnnl.describe;
import static io.evomoe.kernel.internal.onednn.Dnnl.engine;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/** Softmax over the last dimension of [rows, columns], and its gradient. */
record SoftmaxRows(PrimitiveCache cache) {
  private static final int ACCURATE = dnnl_softmax_accurate;

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

  private record Key(String kind, long rows, long columns, DataType type) {}
}
