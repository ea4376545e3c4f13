package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.Kernels.RmsNormalized;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer normalisation and that by the root mean square, over the rows of a matrix [n, d]. */
final class Normalization {
  private static final long[] COLUMNS = {1};

  private Normalization() {}

  static void layer(INDArray x, INDArray gain, INDArray shift, double epsilon, Normalized into) {
    try (Tensors tensors = new Tensors()) {
      Tensor rows = tensors.of(x);
      T_TensorTensor_T moments = torch.var_mean(rows, COLUMNS, false, false);
      Tensor variance = moments.get0();
      Tensor mean = moments.get1();
      tensors.flat(into.variance()).copy_(variance);
      tensors.flat(into.mean()).copy_(mean);
      Tensor y = tensors.of(into.output());
      torch.sub_out(y, rows, mean.unsqueeze(1));
      y.mul_(inverseRoot(variance, epsilon));
      torch.addcmul_out(y, tensors.flat(shift), y, tensors.flat(gain));
    }
  }

  static void layerGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient,
      Accumulator shiftGradient,
      INDArray dx) {
    try (Tensors tensors = new Tensors()) {
      Tensor scale = tensors.flat(gain);
      T_TensorTensorTensor_T gradients =
          torch.native_layer_norm_backward(
              tensors.of(dy),
              tensors.of(x),
              new long[] {x.size(1)},
              tensors.flat(forward.mean()).unsqueeze(1),
              inverseRoot(tensors.flat(forward.variance()), epsilon),
              new TensorOptional(scale),
              new TensorOptional(scale),
              all(3));
      tensors.of(dx).copy_(gradients.get0());
      add(gradients.get1(), tensors, gainGradient);
      add(gradients.get2(), tensors, shiftGradient);
    }
  }

  static void rootMeanSquare(INDArray x, INDArray gain, double epsilon, RmsNormalized into) {
    try (Tensors tensors = new Tensors()) {
      Tensor rows = tensors.of(x);
      Tensor meanSquare = tensors.flat(into.meanSquare());
      meanSquare.copy_(rows.square().mean(COLUMNS));
      Tensor y = tensors.of(into.output());
      torch.mul_out(y, rows, inverseRoot(meanSquare, epsilon));
      y.mul_(tensors.flat(gain));
    }
  }

  /** {@code inverse (g - standard mean(g standard))} in each row, g the gradient times the gain. */
  static void rootMeanSquareGradient(
      INDArray x,
      RmsNormalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient,
      INDArray dx) {
    try (Tensors tensors = new Tensors()) {
      Tensor inverse = inverseRoot(tensors.flat(forward.meanSquare()), epsilon);
      Tensor standard = tensors.of(x).mul(inverse);
      Tensor gradient = tensors.of(dy);
      add(gradient.mul(standard).sum(0), tensors, gainGradient);
      Tensor g = gradient.mul(tensors.flat(gain));
      Tensor projection = g.mul(standard).mean(1).unsqueeze(1);
      Tensor result = tensors.of(dx);
      torch.addcmul_out(result, g, standard, projection, new Scalar(-1.0));
      result.mul_(inverse);
    }
  }

  /** {@code 1 / sqrt(x + epsilon)} [n, 1]. */
  private static Tensor inverseRoot(Tensor x, double epsilon) {
    return x.add(new Scalar(epsilon)).rsqrt().unsqueeze(1);
  }

  private static BoolPointer all(int wanted) {
    BoolPointer flags = new BoolPointer(wanted);
    for (int i = 0; i < wanted; i++) {
      flags.put(i, true);
    }
    return flags;
  }

  private static void add(Tensor contribution, Tensors tensors, Accumulator into) {
    Tensor target = tensors.flat(into.array());
    Products.scale(target, into.beta());
    target.add_(contribution);
  }
}
