package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.Kernels.RmsNormalized;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Normalisation over rows, by mean and variance or by the root mean square. oneDNN calls the mean
 * square a variance.
 */
final class Normalization {
  private static final int LAYER = dnnl_use_scale | dnnl_use_shift;
  private static final int RMS = dnnl_use_scale | dnnl_rms_norm;

  /** Elements that one thread takes at a time in Java. */
  private static final int PIECE = 1 << 15;

  private final PrimitiveCache cache;
  private final Products exact;

  /** Creates normalisations that sum with products of float32. */
  Normalization(PrimitiveCache cache, Products exact) {
    this.cache = cache;
    this.exact = exact;
  }

  Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray y = OneDnnKernels.floats(x.shape());
    INDArray mean = OneDnnKernels.floats(x.size(0));
    INDArray variance = OneDnnKernels.floats(x.size(0));
    Pieces.ofRows(
        Math.toIntExact(x.size(0)),
        (from, rows) ->
            forward(new Form(LAYER, rows, x.size(1), epsilon))
                .execute(
                    Address.row(x, from),
                    Address.of(gain),
                    Address.of(shift),
                    Address.row(y, from),
                    Address.element(mean, from),
                    Address.element(variance, from)));
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
    INDArray dx = OneDnnKernels.floats(x.shape());
    long width = x.size(1);
    int rows = Math.toIntExact(x.size(0));
    int bands = Pieces.bands(rows);
    INDArray gains = OneDnnKernels.floats(bands, width);
    INDArray shifts = OneDnnKernels.floats(bands, width);
    Pieces.ofRows(
        rows,
        (from, n) -> {
          Form form = new Form(LAYER, n, width, epsilon);
          cache
              .get(new Key(form, true), () -> layerBackward(form))
              .execute(
                  Address.row(x, from),
                  Address.element(forward.mean(), from),
                  Address.element(forward.variance(), from),
                  Address.of(gain),
                  Address.row(dy, from),
                  Address.row(dx, from),
                  Address.row(gains, from / Pieces.ROWS),
                  Address.row(shifts, from / Pieces.ROWS));
        });
    Pieces.run(
        1,
        piece -> {
          exact.columnSums(Address.of(gains), bands, width, dGain);
          exact.columnSums(Address.of(shifts), bands, width, dShift);
        });
    return dx;
  }

  RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    INDArray y = OneDnnKernels.floats(x.shape());
    INDArray meanSquare = OneDnnKernels.floats(x.size(0));
    Pieces.ofRows(
        Math.toIntExact(x.size(0)),
        (from, rows) ->
            forward(new Form(RMS, rows, x.size(1), epsilon))
                .execute(
                    Address.row(x, from),
                    Address.of(gain),
                    Address.row(y, from),
                    Address.element(meanSquare, from)));
    return new RmsNormalized(y, meanSquare);
  }

  /**
   * Overwrites dx and returns the gradient of the gain, row by row. That of oneDNN 3.13 is not
   * used, because it subtracts a mean from the gradient. Rows are staged through heap arrays like
   * those of {@link OneDnnRowKernels}.
   */
  static float[] rmsNormGradient(
      INDArray x, INDArray meanSquare, INDArray gain, double epsilon, INDArray dy, INDArray dx) {
    int width = Math.toIntExact(gain.length());
    FloatBuffer xs = Address.buffer(x);
    FloatBuffer dys = Address.buffer(dy);
    FloatBuffer dxs = Address.buffer(dx);
    FloatBuffer squares = Address.buffer(meanSquare);
    float[] gains = new float[width];
    Address.buffer(gain).get(gains);
    int n = Math.toIntExact(x.size(0));
    int grain = Math.max(1, PIECE / width);
    float[][] sums = new float[(n + grain - 1) / grain][width];
    Parallel.ranges(
        n,
        grain,
        (first, last) -> {
          float[] row = new float[width];
          float[] gradient = new float[width];
          for (int i = first; i < last; i++) {
            xs.get(i * width, row);
            dys.get(i * width, gradient);
            float inverse = (float) (1 / Math.sqrt(squares.get(i) + (float) epsilon));
            addProducts(sums[first / grain], row, gradient, inverse);
            multiply(gradient, gains);
            double mean = DotProduct.of(row, gradient, width) / width;
            subtract(gradient, row, (float) (mean * inverse * inverse), inverse);
            dxs.put(i * width, gradient);
          }
        });
    float[] sum = new float[width];
    for (float[] part : sums) {
      for (int j = 0; j < width; j++) {
        sum[j] += part[j];
      }
    }
    return sum;
  }

  private static void addProducts(float[] sum, float[] row, float[] gradient, float factor) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += row[j] * gradient[j] * factor;
    }
  }

  private static void multiply(float[] gradient, float[] gains) {
    for (int j = 0; j < gradient.length; j++) {
      gradient[j] *= gains[j];
    }
  }

  /** Computes {@code (gradient - row * projection) * factor} in place. */
  private static void subtract(float[] gradient, float[] row, float projection, float factor) {
    for (int j = 0; j < gradient.length; j++) {
      gradient[j] = (gradient[j] - row[j] * projection) * factor;
    }
  }

  private Primitive forward(Form form) {
    return cache.get(new Key(form, false), () -> makeForward(form));
  }

  private static dnnl_primitive_desc describe(Form form) {
    dnnl_memory_desc data = form.data();
    return Dnnl.describe(
        "a normalisation",
        to ->
            dnnl_layer_normalization_forward_primitive_desc_create(
                to,
                Dnnl.engine(),
                dnnl_forward_training,
                data,
                data,
                form.statistics(),
                (float) form.epsilon,
                form.flags,
                Dnnl.attributes()));
  }

  private static Primitive makeForward(Form form) {
    boolean layer = form.flags == LAYER;
    Primitive.Builder builder =
        new Primitive.Builder(describe(form))
            .slot(DNNL_ARG_SRC, form.data())
            .slot(DNNL_ARG_SCALE, form.parameter());
    if (layer) {
      builder.slot(DNNL_ARG_SHIFT, form.parameter());
    }
    builder.slot(DNNL_ARG_DST, form.data());
    if (layer) {
      builder.slot(DNNL_ARG_MEAN, form.statistics());
    }
    return builder.slot(DNNL_ARG_VARIANCE, form.statistics()).build();
  }

  private static Primitive layerBackward(Form form) {
    dnnl_memory_desc data = form.data();
    return new Primitive.Builder(
            Dnnl.describe(
                "the gradient of a normalisation",
                to ->
                    dnnl_layer_normalization_backward_primitive_desc_create(
                        to,
                        Dnnl.engine(),
                        dnnl_backward,
                        data,
                        data,
                        data,
                        form.statistics(),
                        (float) form.epsilon,
                        form.flags,
                        describe(form),
                        Dnnl.attributes())))
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

  private record Form(int flags, long rows, long width, double epsilon) {
    dnnl_memory_desc data() {
      return Layout.dense(DataType.FLOAT, rows, width).memory();
    }

    dnnl_memory_desc statistics() {
      return Layout.dense(DataType.FLOAT, rows).memory();
    }

    dnnl_memory_desc parameter() {
      return Layout.dense(DataType.FLOAT, width).memory();
    }
  }

  private record Key(Form form, boolean backward) {}
}
