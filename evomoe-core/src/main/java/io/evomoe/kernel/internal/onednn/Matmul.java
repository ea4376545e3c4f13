package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A product {@code c (+)= factor a b + bias + addends}, summed in float32. It is the key of its
 * compiled primitive.
 *
 * @param bias whether there is a float32 bias with an element for each column
 * @param add whether to add to c, which is float32 then
 * @param addends layouts of more addends, e.g. masks
 */
record Matmul(
    Layout a, Layout b, Layout c, boolean bias, float factor, boolean add, List<Layout> addends) {
  /** Describes a product {@code c (+)= a b + bias}. */
  Matmul(Layout a, Layout b, Layout c, boolean bias, boolean add) {
    this(a, b, c, bias, 1, add, List.of());
  }

  /** Returns the primitive of a, b, the bias if there is one, c and the addends. */
  Primitive primitive() {
    dnnl_memory_desc left = a.memory();
    dnnl_memory_desc right = b.memory();
    dnnl_memory_desc result = c.memory();
    dnnl_memory_desc shift = bias ? Layout.dense(DataType.FLOAT, 1, c.shape()[1]).memory() : null;
    List<dnnl_memory_desc> added = addends.stream().map(Layout::memory).toList();
    dnnl_post_ops post = Dnnl.postOps();
    int operations = 0;
    if (factor != 1) {
      Dnnl.check(
          dnnl_post_ops_append_eltwise(post, dnnl_eltwise_linear, factor, 0f), "append a factor");
      operations++;
    }
    if (add) {
      Dnnl.check(dnnl_post_ops_append_sum(post, 1f, 0, dnnl_f32), "append a sum");
      operations++;
    }
    for (dnnl_memory_desc addend : added) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, addend), "append an addend");
    }
    Primitive.Builder builder =
        new Primitive.Builder(
                Dnnl.describe(
                    "a product",
                    to ->
                        dnnl_matmul_primitive_desc_create(
                            to, Dnnl.engine(), left, right, shift, result, Dnnl.attributes(post))))
            .slots(left, DNNL_ARG_SRC)
            .slots(right, DNNL_ARG_WEIGHTS);
    if (shift != null) {
      builder.slots(shift, DNNL_ARG_BIAS);
    }
    builder.slots(result, DNNL_ARG_DST);
    for (dnnl_memory_desc addend : added) {
      operations++;
      builder.slots(addend, DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * operations | DNNL_ARG_SRC_1);
    }
    return builder.build();
  }
}
