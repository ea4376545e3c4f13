package io.evomoe.peers.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Two maps with an exact GELU between them. */
final class FeedForward {
  private final Linear expand;
  private final Linear contract;

  FeedForward(Parameters parameters, Options options) {
    expand = new Linear(parameters, options.bf16(), options.width(), options.hidden());
    contract = new Linear(parameters, options.bf16(), options.hidden(), options.width());
  }

  Tensor forward(Tensor x) {
    return contract.forward(torch.gelu(expand.forward(x)));
  }
}
