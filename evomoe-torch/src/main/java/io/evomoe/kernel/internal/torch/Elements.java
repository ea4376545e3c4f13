package io.evomoe.kernel.internal.torch;

import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Elementwise operations, in pieces on all threads. */
final class Elements {
  private static final long[] ALL = {0};

  private Elements() {}

  static void clear(INDArray x) {
    Work.each(x.length(), 1, (tensors, from, count) -> tensors.flat(x, from, count).zero_());
  }

  /** Copies arrays of one shape; both may be views. */
  static void copy(INDArray x, INDArray into) {
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        tensors.of(into).copy_(tensors.of(x));
      }
    }
  }

  static void scale(INDArray x, double factor) {
    Scalar by = new Scalar(factor);
    Work.each(x.length(), 1, (tensors, from, count) -> tensors.flat(x, from, count).mul_(by));
  }

  static void multiply(INDArray a, INDArray b, INDArray product) {
    Work.each(
        a.length(),
        1,
        (tensors, from, count) ->
            torch.mul_out(
                tensors.flat(product, from, count),
                tensors.flat(a, from, count),
                tensors.flat(b, from, count)));
  }

  static void add(INDArray a, INDArray b, INDArray sum) {
    Work.each(
        a.length(),
        1,
        (tensors, from, count) ->
            torch.add_out(
                tensors.flat(sum, from, count),
                tensors.flat(a, from, count),
                tensors.flat(b, from, count)));
  }

  static double sumOfSquares(INDArray x) {
    int grain = Work.grain(1);
    double[] squares = new double[Math.toIntExact(x.length() / grain + 1)];
    Work.each(
        x.length(),
        1,
        (tensors, from, count) -> {
          ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
          Tensor own = tensors.flat(x, from, count);
          double norm =
              torch.linalg_vector_norm(own, new Scalar(2.0), ALL, false, exact).item_double();
          squares[from / grain] = norm * norm;
        });
    return DoubleStream.of(squares).sum();
  }

  /** Multiplies by 1 if everything is finite, else by NaN, without a branch. */
  static void spoilUnlessFinite(INDArray x) {
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Tensor all = tensors.flat(x);
        ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
        Tensor norm = torch.linalg_vector_norm(all, new Scalar(2.0), ALL, false, exact);
        Tensor square = norm.mul_(norm).toType(all.scalar_type());
        all.mul_(square.mul_(new Scalar(0.0)).add_(new Scalar(1.0)));
      }
    }
  }
}
