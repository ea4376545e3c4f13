package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.Kernels.RmsNormalized;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Normalisation over rows, by mean and variance or by the root mean square. oneDNN calls the mean
 * square a variance.
 */
final class Normalization {
  private final PrimitiveCache cache;

  Normalization(PrimitiveCache cache) {
    this.cache = cache;
  }

  Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray y = OneDnnKernels.like(x);
    INDArray mean = OneDnnKernels.vector(x.size(0));
    INDArray variance = OneDnnKernels.vector(x.size(0));
    forward(new Form(Kind.LAYER, x.size(0), x.size(1), epsilon))
        .execute(
            Address.of(x),
            Address.of(gain),
            Address.of(shift),
            Address.of(y),
            Address.of(mean),
            Address.of(variance));
    return new Normalized(y, mean, variance);
  }

  /** Returns dx; overwrites dGain and dShift. */
  INDArray layerNormGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      INDArray dGain,
      INDArray dShift) {
    INDArray dx = OneDnnKernels.like(x);
    Form form = new Form(Kind.LAYER, x.size(0), x.size(1), epsilon);
    cache
        .get(new Key(form, true), () -> layerBackward(form))
        .execute(
            Address.of(x),
            Address.of(forward.mean()),
            Address.of(forward.variance()),
            Address.of(gain),
            Address.of(dy),
            Address.of(dx),
            Address.of(dGain),
            Address.of(dShift));
    return dx;
  }

  RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    INDArray y = OneDnnKernels.like(x);
    INDArray meanSquare = OneDnnKernels.vector(x.size(0));
    forward(new Form(Kind.RMS, x.size(0), x.size(1), epsilon))
        .execute(Address.of(x), Address.of(gain), Address.of(y), Address.of(meanSquare));
    return new RmsNormalized(y, meanSquare);
  }

  private Primitive forward(Form form) {
    return cache.get(new Key(form, false), () -> makeForward(form));
  }

  private static dnnl_primitive_desc describe(Form form) {
    dnnl_memory_desc data = form.data();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_layer_normalization_forward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_forward_training,
            data,
            data,
            form.statistics(),
            (float) form.epsilon,
            form.kind.flags,
            null),
        "describe a normalisation");
    return description;
  }

  private static Primitive makeForward(Form form) {
    Primitive.Builder builder =
        new Primitive.Builder(describe(form))
            .slot(DNNL_ARG_SRC, form.data())
            .slot(DNNL_ARG_SCALE, form.parameter());
    if (form.kind == Kind.LAYER) {
      builder.slot(DNNL_ARG_SHIFT, form.parameter());
    }
    builder.slot(DNNL_ARG_DST, form.data());
    if (form.kind == Kind.LAYER) {
      builder.slot(DNNL_ARG_MEAN, form.statistics());
    }
    return builder.slot(DNNL_ARG_VARIANCE, form.statistics()).build();
  }

  private static Primitive layerBackward(Form form) {
    dnnl_memory_desc data = form.data();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_layer_normalization_backward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_backward,
            data,
            data,
            data,
            form.statistics(),
            (float) form.epsilon,
            form.kind.flags,
            describe(form),
            null),
        "describe the gradient of a normalisation");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC, data)
        .slot(DNNL_ARG_MEAN, form.statistics())
        .slot(DNNL_ARG_VARIANCE, form.statistics())
        .slot(DNNL_ARG_SCALE, form.parameter())
        .slot(DNNL_ARG_DIFF_DST, data)
        .slot(DNNL_ARG_DIFF_SRC, data)
        .slot(DNNL_ARG_DIFF_SCALE, form.parameter())
        .slot(DNNL_ARG_DIFF_SHIFT, form.parameter())
        .build();
  }

  private enum Kind {
    LAYER(dnnl_use_scale | dnnl_use_shift),
    RMS(dnnl_use_scale | dnnl_rms_norm);

    private final int flags;

    Kind(int flags) {
      this.flags = flags;
    }
  }

  private record Form(Kind kind, long rows, long width, double epsilon) {
    dnnl_memory_desc data() {
      return Dnnl.dense(rows, width);
    }

    dnnl_memory_desc statistics() {
      return Dnnl.dense(rows);
    }

    dnnl_memory_desc parameter() {
      return Dnnl.dense(width);
    }
  }

  private record Key(Form form, boolean backward) {}
}
