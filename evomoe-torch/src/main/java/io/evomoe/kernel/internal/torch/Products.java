package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products into given arrays. In bfloat16 the operands are rounded and multiplied in
 * float32, where a product of two of them is exact: libtorch has no product on the CPU that takes
 * bfloat16 and gives float32.
 */
final class Products {
  private final boolean rounded;

  Products(Precision precision) {
    rounded = precision == Precision.BF16;
  }

  /** {@code y = x weight + bias}. */
  void linear(Tensor x, Tensor weight, @Nullable Tensor bias, Tensor y) {
    if (bias == null) {
      torch.mm_out(y, operand(x), operand(weight));
    } else {
      torch.addmm_out(y, bias, operand(x), operand(weight));
    }
  }

  /** {@code into = beta into + a b}; the old content is not read where beta is 0. */
  void multiply(Tensor a, Tensor b, Tensor into, double beta) {
    if (beta == 0) {
      torch.mm_out(into, operand(a), operand(b));
    } else {
      into.addmm_(operand(a), operand(b), new Scalar(beta), new Scalar(1.0));
    }
  }

  private Tensor operand(Tensor a) {
    return rounded ? a.toType(ScalarType.BFloat16).toType(ScalarType.Float) : a;
  }

  /** Adds the sums over rows of x to a vector. */
  static void columnSums(Tensor x, Tensor into, double beta) {
    scale(into, beta);
    into.add_(x.sum(0));
  }

  /** Multiplies by beta; old content times 0 is 0, also where it is not a number. */
  static void scale(Tensor into, double beta) {
    if (beta == 0) {
      into.zero_();
    } else if (beta != 1) {
      into.mul_(new Scalar(beta));
    }
  }

  /** The same where nothing is added. */
  static void scale(Accumulator into) {
    if (!into.array().isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        scale(tensors.flat(into.array()), into.beta());
      }
    }
  }
}
