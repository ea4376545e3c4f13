package io.evomoe.peers.libtorch;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The GPT that {@code bench step} trains: pre-LN, exact GELU, tied head, no dropout. */
final class Gpt {
  private final boolean bf16;
  private final Parameters parameters = new Parameters();
  private final Tensor tokens;
  private final Tensor positions;
  private final List<Block> blocks;
  private final Norm finalNorm;

  Gpt(Options options) {
    bf16 = options.bf16();
    tokens = parameters.drawn(options.number("--vocab"), options.width());
    positions = parameters.drawn(options.number("--seq"), options.width());
    boolean dense = options.text("--gate").equals("dense");
    int every = options.number("--moe-every");
    blocks =
        IntStream.range(0, options.number("--layers"))
            .mapToObj(i -> new Block(parameters, options, !dense && (i + 1) % every == 0))
            .toList();
    finalNorm = new Norm(parameters, options.width());
  }

  List<Tensor> parameters() {
    return parameters.all();
  }

  List<Mixture> mixtures() {
    return blocks.stream().flatMap(block -> block.mixture().stream()).toList();
  }

  /** Mean cross-entropy plus the balance losses, their mean over the mixtures. */
  Tensor loss(Tensor ids, Tensor targets) {
    Tensor x = torch.embedding(tokens, ids).add(positions);
    for (Block block : blocks) {
      x = block.forward(x);
    }
    Tensor hidden = Linear.rounded(finalNorm.forward(x), bf16);
    Tensor logits = torch.linear(hidden, Linear.rounded(tokens, bf16));
    Tensor loss =
        torch.cross_entropy_loss(
            logits.view(-1, logits.size(-1)).toType(ScalarType.Float), targets.reshape(-1));
    List<Mixture> mixtures = mixtures();
    for (Mixture mixture : mixtures) {
      loss = loss.add(mixture.balance().div(new Scalar((double) mixtures.size())));
    }
    return loss;
  }
}
