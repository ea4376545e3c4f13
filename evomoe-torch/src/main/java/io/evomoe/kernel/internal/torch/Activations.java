package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.ActivationFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Computes activations and their gradients into given tensors. */
final class Activations {
  private static final String EXACT = "none";
  private static final String TANH = "tanh";

  private Activations() {}

  static void apply(ActivationFunction activation, Tensor x, Tensor y) {
    switch (activation) {
      case GELU -> torch.gelu_out(y, x, EXACT);
      case GELU_TANH -> torch.gelu_out(y, x, TANH);
      case RELU -> torch.relu_out(y, x);
      case TANH -> torch.tanh_out(y, x);
      case SILU -> torch.silu_out(y, x);
    }
  }

  /** {@code dx = dy activation'(x)}. */
  static void gradient(ActivationFunction activation, Tensor x, Tensor dy, Tensor dx) {
    switch (activation) {
      case GELU -> torch.gelu_backward_out(dx, dy, x, EXACT);
      case GELU_TANH -> torch.gelu_backward_out(dx, dy, x, TANH);
      case RELU -> torch.threshold_backward_out(dx, dy, x, new Scalar(0.0));
      case TANH -> torch.tanh_backward_out(dx, dy, x.tanh());
      case SILU -> torch.silu_backward_out(dx, dy, x);
    }
  }
}
