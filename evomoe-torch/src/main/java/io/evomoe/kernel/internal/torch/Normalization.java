package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels.Normalized;
import java.util.Objects;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Layer normalization and RMS normalization over the rows of a matrix [n, d]. */
final class Normalization {
  private static final long[] COLUMNS = {1};

  private Normalization() {}

  static Normalized byMoments(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    INDArray output = Nd4j.createUninitialized(x.dataType(), x.shape());
    INDArray means = Nd4j.createUninitialized(x.dataType(), x.size(0));
    INDArray variances = Nd4j.createUninitialized(x.dataType(), x.size(0));
    Work.each(
        x.size(0),
        x.size(1),
        (tensors, from, count) -> {
          Tensor rows = tensors.rows(x, from, count);
          T_TensorTensor_T moments = torch.var_mean(rows, COLUMNS, false, false);
          Tensor variance = moments.get0();
          Tensor mean = moments.get1();
          tensors.flat(variances, from, count).copy_(variance);
          tensors.flat(means, from, count).copy_(mean);
          Tensor y = tensors.rows(output, from, count);
          torch.sub_out(y, rows, mean.unsqueeze(1));
          y.mul_(inverseRoot(variance, epsilon));
          torch.addcmul_out(y, tensors.flat(shift), y, tensors.flat(gain));
        });
    return new Normalized(
        output,
        (dy, dGain, dShift) -> {
          INDArray dx = Nd4j.createUninitialized(x.dataType(), x.shape());
          int grain = Work.grain(x.size(1));
          try (Tensors outer = new Tensors()) {
            BoolPointer all = new BoolPointer(3).put(0, true).put(1, true).put(2, true);
            Tensor gains = pieces(x);
            Tensor shifts = pieces(x);
            Work.each(
                x.size(0),
                x.size(1),
                (tensors, from, count) -> {
                  Tensor scale = tensors.flat(gain);
                  T_TensorTensorTensor_T gradients =
                      torch.native_layer_norm_backward(
                          tensors.rows(dy, from, count),
                          tensors.rows(x, from, count),
                          new long[] {x.size(1)},
                          tensors.flat(means, from, count).unsqueeze(1),
                          inverseRoot(tensors.flat(variances, from, count), epsilon),
                          new TensorOptional(scale),
                          new TensorOptional(scale),
                          all);
                  tensors.rows(dx, from, count).copy_(gradients.get0());
                  gains.select(0, from / grain).copy_(gradients.get1());
                  shifts.select(0, from / grain).copy_(gradients.get2());
                });
            addSums(gains, dGain, outer);
            addSums(shifts, Objects.requireNonNull(dShift), outer);
          }
          return dx;
        });
  }

  static Normalized byRootMeanSquare(INDArray x, INDArray gain, double epsilon) {
    INDArray output = Nd4j.createUninitialized(x.dataType(), x.shape());
    INDArray meanSquares = Nd4j.createUninitialized(x.dataType(), x.size(0));
    Work.each(
        x.size(0),
        x.size(1),
        (tensors, from, count) -> {
          Tensor rows = tensors.rows(x, from, count);
          Tensor meanSquare = tensors.flat(meanSquares, from, count);
          meanSquare.copy_(rows.square().mean(COLUMNS));
          Tensor y = tensors.rows(output, from, count);
          torch.mul_out(y, rows, inverseRoot(meanSquare, epsilon));
          y.mul_(tensors.flat(gain));
        });
    return new Normalized(
        output,
        (dy, dGain, unused) -> {
          INDArray dx = Nd4j.createUninitialized(x.dataType(), x.shape());
          int grain = Work.grain(x.size(1));
          try (Tensors outer = new Tensors()) {
            Tensor gains = pieces(x);
            Work.each(
                x.size(0),
                x.size(1),
                (tensors, from, count) -> {
                  Tensor inverse = inverseRoot(tensors.flat(meanSquares, from, count), epsilon);
                  Tensor standard = tensors.rows(x, from, count).mul(inverse);
                  Tensor gradient = tensors.rows(dy, from, count);
                  gains.select(0, from / grain).copy_(gradient.mul(standard).sum(0));
                  Tensor g = gradient.mul(tensors.flat(gain));
                  Tensor projection = g.mul(standard).mean(1).unsqueeze(1);
                  Tensor result = tensors.rows(dx, from, count);
                  torch.addcmul_out(result, g, standard, projection, new Scalar(-1.0));
                  result.mul_(inverse);
                });
            addSums(gains, dGain, outer);
          }
          return dx;
        });
  }

  private static void addSums(Tensor pieces, Accumulator into, Tensors tensors) {
    Products.columnSums(pieces, tensors.flat(into.array()), into.beta());
  }

  /** {@code 1 / sqrt(x + epsilon)} [n, 1]. */
  private static Tensor inverseRoot(Tensor x, double epsilon) {
    return x.add(new Scalar(epsilon)).rsqrt().unsqueeze(1);
  }

  /** A row [d] for each piece of the rows of a matrix. */
  private static Tensor pieces(INDArray x) {
    int grain = Work.grain(x.size(1));
    long[] shape = {(x.size(0) + grain - 1) / grain, x.size(1)};
    return torch.zeros(shape, Place.current().options(Tensors.scalarType(x.dataType())));
  }
}
