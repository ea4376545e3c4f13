package io.evomoe.models.gguf;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import java.util.List;
import java.util.regex.Pattern;

/** GPT-2: learned positions, layer normalization and biases; the head is the embedding. */
final class Gpt2Architecture implements GgufArchitecture {
  /** Published as [in, out], in GGUF [out, in]. */
  private static final Pattern TRANSPOSED =
      Pattern.compile("blk\\.\\d+\\.(attn_qkv|attn_output|ffn_up|ffn_down)\\.weight");

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String name() {
    return "gpt2";
  }

  @Override
  public void describe(PublishedModel model, GgufMetadata metadata) {
    BlockConfig block = model.config().stack().block();
    ActivationFunction activation = block.feedForward().activation();
    if (activation != ActivationFunction.GELU && activation != ActivationFunction.GELU_TANH) {
      throw GgufArchitecture.bad("activation_function", "gelu or gelu_new", activation);
    }
    metadata.uint32("gpt2.block_count", model.config().stack().numHiddenLayers());
    metadata.uint32("gpt2.context_length", model.config().positions());
    metadata.uint32("gpt2.embedding_length", block.hiddenSize());
    metadata.uint32("gpt2.feed_forward_length", block.intermediateSize());
    metadata.uint32("gpt2.attention.head_count", block.attention().numAttentionHeads());
    metadata.float32("gpt2.attention.layer_norm_epsilon", block.norm().epsilon());
  }

  @Override
  public List<String> differences(PublishedModel model) {
    return model.config().stack().block().feedForward().activation() == ActivationFunction.GELU
        ? List.of("GELU: exact here, the tanh formula there; they are at most 0.0005 apart")
        : List.of();
  }

  @Override
  public TensorLayout layout(PublishedModel model, String name) {
    return TRANSPOSED.matcher(name).matches() ? TensorLayout.TRANSPOSED : TensorLayout.SAME;
  }

  /** Versions of llama.cpp before 2025 need the head as a tensor. */
  @Override
  public boolean repeatsHead(PublishedModel model) {
    return true;
  }
}
