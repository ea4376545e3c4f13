package io.evomoe.models.gguf;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import java.util.ArrayList;
import java.util.List;

/** GPT-2: learned positions, layer normalization and biases; the head is the embedding. */
final class Gpt2Architecture implements GgufArchitecture {
  /** The embedding again: versions of llama.cpp before 2025 need the head as a tensor. */
  private static final String HEAD = "output.weight";

  /** OpenAI's files have no prefix. */
  private static final List<String> PREFIXES = List.of("transformer.", "");

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
  public List<TensorRule> rules(PublishedModel model) {
    List<TensorRule> rules = new ArrayList<>();
    for (String prefix : PREFIXES) {
      String block = prefix + "h.{block}.";
      rules.add(TensorRule.same(prefix + "wte.weight", "token_embd.weight"));
      rules.add(TensorRule.same(prefix + "wte.weight", HEAD));
      rules.add(TensorRule.same(prefix + "wpe.weight", "position_embd.weight"));
      norm(rules, prefix + "ln_f", "output_norm");
      norm(rules, block + "ln_1", "blk.{block}.attn_norm");
      norm(rules, block + "ln_2", "blk.{block}.ffn_norm");
      conv1d(rules, block + "attn.c_attn", "blk.{block}.attn_qkv");
      conv1d(rules, block + "attn.c_proj", "blk.{block}.attn_output");
      conv1d(rules, block + "mlp.c_fc", "blk.{block}.ffn_up");
      conv1d(rules, block + "mlp.c_proj", "blk.{block}.ffn_down");
      rules.add(TensorRule.leftOut(block + "attn.bias"));
      rules.add(TensorRule.leftOut(block + "attn.masked_bias"));
    }
    rules.add(TensorRule.leftOut("lm_head.weight"));
    return rules;
  }

  private static void norm(List<TensorRule> rules, String published, String name) {
    rules.add(TensorRule.same(published + ".weight", name + ".weight"));
    rules.add(TensorRule.same(published + ".bias", name + ".bias"));
  }

  /** Published as [in, out], in GGUF [out, in]. */
  private static void conv1d(List<TensorRule> rules, String published, String name) {
    rules.add(TensorRule.of(published + ".weight", name + ".weight", TensorRule.Layout.TRANSPOSED));
    rules.add(TensorRule.same(published + ".bias", name + ".bias"));
  }
}
