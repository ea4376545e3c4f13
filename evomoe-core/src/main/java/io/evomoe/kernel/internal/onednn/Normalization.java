package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.Accumulator;
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
  private final ColumnSums columnSums;

  Normalization(PrimitiveCache cache, ColumnSums columnSums) {
    this.cache = cache;
    this.columnSums = columnSums;
  }

  Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray y = OneDnnKernels.like(x);
    INDArray mean = OneDnnKernels.vector(x.size(0));
    INDArray variance = OneDnnKernels.vector(x.size(0));
    long width = x.size(1);
    Pieces.ofRows(
        Math.toIntExact(x.size(0)),
        (from, rows) ->
            forward(new Form(Kind.LAYER, rows, width, epsilon))
                .execute(
                    OneDnnKernels.row(x, from, width),
                    Address.of(gain),
                    Address.of(shift),
                    OneDnnKernels.row(y, from, width),
                    OneDnnKernels.row(mean, from, 1),
                    OneDnnKernels.row(variance, from, 1)));
    return new Normalized(y, mean, variance);
  }

  /** Returns dx. */
  INDArray layerNormGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator dGain,
      Accumulator dShift) {
    INDArray dx = OneDnnKernels.like(x);
    long width = x.size(1);
    int rows = Math.toIntExact(x.size(0));
    int bands = Pieces.bands(rows);
    INDArray gains = OneDnnKernels.matrix(bands, width);
    INDArray shifts = OneDnnKernels.matrix(bands, width);
    Pieces.ofRows(
        rows,
        (from, n) -> {
          Form form = new Form(Kind.LAYER, n, width, epsilon);
          cache
              .get(new Key(form, true), () -> layerBackward(form))
              .execute(
                  OneDnnKernels.row(x, from, width),
                  OneDnnKernels.row(forward.mean(), from, 1),
                  OneDnnKernels.row(forward.variance(), from, 1),
                  Address.of(gain),
                  OneDnnKernels.row(dy, from, width),
                  OneDnnKernels.row(dx, from, width),
                  OneDnnKernels.row(gains, from / Pieces.ROWS, width),
                  OneDnnKernels.row(shifts, from / Pieces.ROWS, width));
        });
    Pieces.run(
        1,
        piece -> {
          columnSums.of(Address.of(gains), bands, width, dGain);
          columnSums.of(Address.of(shifts), bands, width, dShift);
        });
    return dx;
  }

  RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    INDArray y = OneDnnKernels.like(x);
    INDArray meanSquare = OneDnnKernels.vector(x.size(0));
    long width = x.size(1);
    Pieces.ofRows(
        Math.toIntExact(x.size(0)),
        (from, rows) ->
            forward(new Form(Kind.RMS, rows, width, epsilon))
                .execute(
                    OneDnnKernels.row(x, from, width),
                    Address.of(gain),
                    OneDnnKernels.row(y, from, width),
                    OneDnnKernels.row(meanSquare, from, 1)));
    return new RmsNormalized(y, meanSquare);
  }

  private Primitive forward(Form form) {
    return cache.get(new Key(form, false), () -> makeForward(form));
  }

  private static dnnl_primitive_desc describe(Form form) {
    dnnl_memory_desc data = form.data();
    dnnl_primitive_desc description = Dnnl.description();
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
            Dnnl.attributes()),
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
    dnnl_primitive_desc description = Dnnl.description();
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
            Dnnl.attributes()),
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
