package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Normalisation over rows, by mean and variance or by the root mean square. oneDNN calls the mean
 * square a variance.
 *
 * @param exact products of float32, for sums
 */
record Normalization(PrimitiveCache cache, Products exact) {
  private static final int LAYER = dnnl_use_scale | dnnl_use_shift;
  private static final int RMS = dnnl_use_scale | dnnl_rms_norm;

  /** Elements that one thread takes at a time in Java. */
  private static final int PIECE = 1 << 15;

  Normalized normalize(INDArray x, INDArray gain, @Nullable INDArray shift, double epsilon) {
    INDArray y = OneDnnKernels.floats(x.shape());
    INDArray mean = shift == null ? null : OneDnnKernels.floats(x.size(0));
    INDArray square = OneDnnKernels.floats(x.size(0));
    int flags = shift == null ? RMS : LAYER;
    Pieces.ofRows(
        Math.toIntExact(x.size(0)),
        (from, rows) -> {
          Form form = new Form(flags, rows, x.size(1), epsilon);
          Primitive forward = cache.get(new Key(form, false), () -> makeForward(form));
          long in = Address.row(x, from);
          long out = Address.row(y, from);
          long squares = Address.element(square, from);
          if (shift == null || mean == null) {
            forward.execute(in, out, Address.of(gain), squares);
          } else {
            long means = Address.element(mean, from);
            forward.execute(in, out, Address.of(gain), squares, Address.of(shift), means);
          }
        });
    return new Normalized(
        y,
        (dy, dGain, dShift) ->
            mean == null
                ? rmsGradient(x, square, gain, epsilon, dy, dGain)
                : layerGradient(
                    new Statistics(mean, square, epsilon),
                    x,
                    gain,
                    dy,
                    dGain,
                    Objects.requireNonNull(dShift)));
  }

  private INDArray layerGradient(
      Statistics forward,
      INDArray x,
      INDArray gain,
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
          Form form = new Form(LAYER, n, width, forward.epsilon);
          cache.run(
              new Key(form, true),
              () -> layerBackward(form),
              Address.row(x, from),
              Address.row(dy, from),
              Address.row(dx, from),
              Address.element(forward.mean, from),
              Address.element(forward.variance, from),
              Address.of(gain),
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

  /**
   * Computes the gradients without oneDNN 3.13, which subtracts a mean from the gradient. Rows are
   * staged through heap arrays like those of {@link OneDnnRowKernels}.
   */
  private static INDArray rmsGradient(
      INDArray x,
      INDArray meanSquare,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator dGain) {
    INDArray dx = OneDnnKernels.floats(x.shape());
    int width = Math.toIntExact(gain.length());
    Floats xs = Floats.of(x);
    Floats dys = Floats.of(dy);
    Floats dxs = Floats.of(dx);
    Floats squares = Floats.of(meanSquare);
    float[] gains = new float[width];
    Floats.of(gain).get(0, gains);
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
            double mean = OneDnnArrayKernels.dot(row, gradient, width) / width;
            subtract(gradient, row, (float) (mean * inverse * inverse), inverse);
            dxs.put(i * width, gradient);
          }
        });
    Floats to = Floats.of(dGain.array());
    for (int j = 0; j < width; j++) {
      float sum = 0;
      for (float[] part : sums) {
        sum += part[j];
      }
      to.put(j, dGain.beta() == 0 ? sum : to.get(j) + sum);
    }
    return dx;
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
    Primitive.Builder builder =
        new Primitive.Builder(describe(form))
            .slots(form.data(), DNNL_ARG_SRC, DNNL_ARG_DST)
            .slots(form.parameter(), DNNL_ARG_SCALE)
            .slots(form.statistics(), DNNL_ARG_VARIANCE);
    if (form.flags == LAYER) {
      builder.slots(form.parameter(), DNNL_ARG_SHIFT).slots(form.statistics(), DNNL_ARG_MEAN);
    }
    return builder.build();
  }

  private static Primitive layerBackward(Form form) {
    dnnl_memory_desc data = form.data();
    dnnl_primitive_desc gradient =
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
                    Dnnl.attributes()));
    return new Primitive.Builder(gradient)
        .slots(data, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC)
        .slots(form.statistics(), DNNL_ARG_MEAN, DNNL_ARG_VARIANCE)
        .slots(form.parameter(), DNNL_ARG_SCALE, DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT)
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

  private record Statistics(INDArray mean, INDArray variance, double epsilon) {}
}
