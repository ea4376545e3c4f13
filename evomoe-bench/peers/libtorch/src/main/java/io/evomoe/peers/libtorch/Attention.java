package io.evomoe.peers.libtorch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Causal self-attention by {@code scaled_dot_product_attention}, between its maps in float32: the
 * kernel for bfloat16 is many times slower without MKL.
 */
final class Attention {
  private final int heads;
  private final Linear qkv;
  private final Linear projection;

  Attention(Parameters parameters, Options options) {
    heads = options.number("--heads");
    qkv = new Linear(parameters, options.bf16(), options.width(), 3 * options.width());
    projection = new Linear(parameters, options.bf16(), options.width(), options.width());
  }

  Tensor forward(Tensor x) {
    long batch = x.size(0);
    long length = x.size(1);
    long width = x.size(2);
    TensorVector split =
        Linear.rounded(qkv.forward(x), false)
            .view(batch, length, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4)
            .unbind();
    Tensor y =
        torch.scaled_dot_product_attention(
            split.get(0),
            split.get(1),
            split.get(2),
            new TensorOptional(),
            0,
            true,
            new DoubleOptional(),
            false);
    return projection.forward(y.transpose(1, 2).reshape(batch, length, width));
  }
}
