package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Layer normalisation over rows. */
final class Normalization {
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  private final PrimitiveCache cache;

  Normalization(PrimitiveCache cache) {
    this.cache = cache;
  }

  Primitive forward(long rows, long width, double epsilon) {
    return cache.get(
        new Key("layerNorm", rows, width, epsilon), () -> makeForward(rows, width, epsilon));
  }

  Primitive backward(long rows, long width, double epsilon) {
    return cache.get(
        new Key("layerNormGradient", rows, width, epsilon),
        () -> makeBackward(rows, width, epsilon));
  }

  private static dnnl_primitive_desc describe(long rows, long width, double epsilon) {
    dnnl_memory_desc data = Dnnl.dense(rows, width);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_layer_normalization_forward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_forward_training,
            data,
            data,
            Dnnl.dense(rows),
            (float) epsilon,
            FLAGS,
            null),
        "describe layer normalisation");
    return description;
  }

  private static Primitive makeForward(long rows, long width, double epsilon) {
    return new Primitive.Builder(describe(rows, width, epsilon))
        .slot(DNNL_ARG_SRC, Dnnl.dense(rows, width))
        .slot(DNNL_ARG_SCALE, Dnnl.dense(width))
        .slot(DNNL_ARG_SHIFT, Dnnl.dense(width))
        .slot(DNNL_ARG_DST, Dnnl.dense(rows, width))
        .slot(DNNL_ARG_MEAN, Dnnl.dense(rows))
        .slot(DNNL_ARG_VARIANCE, Dnnl.dense(rows))
        .build();
  }

  private static Primitive makeBackward(long rows, long width, double epsilon) {
    dnnl_memory_desc data = Dnnl.dense(rows, width);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_layer_normalization_backward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_backward,
            data,
            data,
            data,
            Dnnl.dense(rows),
            (float) epsilon,
            FLAGS,
            describe(rows, width, epsilon),
            null),
        "describe the gradient of layer normalisation");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC, data)
        .slot(DNNL_ARG_MEAN, Dnnl.dense(rows))
        .slot(DNNL_ARG_VARIANCE, Dnnl.dense(rows))
        .slot(DNNL_ARG_SCALE, Dnnl.dense(width))
        .slot(DNNL_ARG_DIFF_DST, data)
        .slot(DNNL_ARG_DIFF_SRC, data)
        .slot(DNNL_ARG_DIFF_SCALE, Dnnl.dense(width))
        .slot(DNNL_ARG_DIFF_SHIFT, Dnnl.dense(width))
        .build();
  }

  private record Key(String kind, long rows, long width, double epsilon) {}
}
