package io.evomoe.peers.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@code x W^T + b}, in bfloat16 of the float32 parameters where asked, as autocast does it. */
final class Linear {
  private final boolean bf16;
  private final Tensor weight;
  private final Tensor bias;

  Linear(Parameters parameters, boolean bf16, int in, int out) {
    this.bf16 = bf16;
    weight = parameters.drawn(out, in);
    bias = parameters.filled(0, out);
  }

  Tensor forward(Tensor x) {
    return torch.linear(rounded(x, bf16), rounded(weight, bf16), rounded(bias, bf16));
  }

  static Tensor rounded(Tensor x, boolean bf16) {
    return x.toType(bf16 ? ScalarType.BFloat16 : ScalarType.Float);
  }
}
