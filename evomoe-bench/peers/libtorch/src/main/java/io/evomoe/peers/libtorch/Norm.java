package io.evomoe.peers.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer normalisation, in float32. */
final class Norm {
  private static final double EPSILON = 1e-5;

  private final long[] width;
  private final Tensor gain;
  private final Tensor shift;

  Norm(Parameters parameters, int width) {
    this.width = new long[] {width};
    gain = parameters.filled(1, width);
    shift = parameters.filled(0, width);
  }

  Tensor forward(Tensor x) {
    return torch.layer_norm(
        x, width, new TensorOptional(gain), new TensorOptional(shift), EPSILON, false);
  }
}
