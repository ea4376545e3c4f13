package io.evomoe.peers.libtorch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Attention and a feed-forward net or a mixture of them, each normalised before; residual in
 * float32.
 */
final class Block {
  private final Norm attentionNorm;
  private final Attention attention;
  private final Norm feedForwardNorm;
  private final FeedForward feedForward;
  private final Mixture mixture;

  Block(Parameters parameters, Options options, boolean mixed) {
    attentionNorm = new Norm(parameters, options.width());
    attention = new Attention(parameters, options);
    feedForwardNorm = new Norm(parameters, options.width());
    feedForward = mixed ? null : new FeedForward(parameters, options);
    mixture = mixed ? new Mixture(parameters, options) : null;
  }

  Tensor forward(Tensor x) {
    Tensor attended = x.add(attention.forward(attentionNorm.forward(x)));
    Tensor normalized = feedForwardNorm.forward(attended);
    return attended.add(
        mixture == null ? feedForward.forward(normalized) : mixture.forward(normalized));
  }

  Optional<Mixture> mixture() {
    return Optional.ofNullable(mixture);
  }
}
