package io.evomoe.models.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** GPT-2: learned positions, layer normalization and biases; the head is the embedding. */
final class Gpt2Architecture implements GgufArchitecture {
  private static final String EXACT = "gelu";
  private static final Set<String> TANH = Set.of("gelu_new", "gelu_fast", "gelu_pytorch_tanh");

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
  public void describe(GgufConfig config, GgufMetadata metadata) {
    String activation = activation(config);
    if (!activation.equals(EXACT) && !TANH.contains(activation)) {
      throw config.bad("activation_function", "gelu or gelu_new");
    }
    int width = config.whole("n_embd");
    metadata.uint32("gpt2.block_count", config.whole("n_layer"));
    metadata.uint32("gpt2.context_length", config.whole("n_positions"));
    metadata.uint32("gpt2.embedding_length", width);
    metadata.uint32("gpt2.feed_forward_length", config.whole("n_inner", 4 * width));
    metadata.uint32("gpt2.attention.head_count", config.whole("n_head"));
    metadata.float32(
        "gpt2.attention.layer_norm_epsilon", config.number("layer_norm_epsilon", 1e-5));
  }

  private static String activation(GgufConfig config) {
    return config.text("activation_function", "gelu_new");
  }

  @Override
  public List<String> differences(GgufConfig config) {
    return activation(config).equals(EXACT)
        ? List.of("GELU: exact here, the tanh formula there; they are at most 0.0005 apart")
        : List.of();
  }

  @Override
  public List<TensorRule> rules(GgufConfig config) {
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
    rules.add(TensorRule.of(published + ".weight", name + ".weight", TensorLayout.TRANSPOSED));
    rules.add(TensorRule.same(published + ".bias", name + ".bias"));
  }
}
