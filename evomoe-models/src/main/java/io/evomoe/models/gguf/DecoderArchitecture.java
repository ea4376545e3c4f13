package io.evomoe.models.gguf;

import java.util.ArrayList;
import java.util.List;

/**
 * Decoders with RMS norms, rotary positions and gated feed-forward networks. Except for the
 * experts, their tensors have the same names in Hugging Face's library.
 *
 * @param modelType of {@code config.json}
 * @param name of the architecture in llama.cpp
 * @param neighbours whether llama.cpp rotates neighbouring dimensions of a head instead of its
 *     halves
 * @param headNorms whether queries and keys are normalized per head
 * @param biases whether linear layers may have biases
 * @param repeatedHead whether llama.cpp needs the head even if it is tied to the embedding
 * @param experts names of the experts
 */
record DecoderArchitecture(
    String modelType,
    String name,
    boolean neighbours,
    boolean headNorms,
    boolean biases,
    boolean repeatedHead,
    ExpertNames experts)
    implements GgufArchitecture {
  static final DecoderArchitecture LLAMA =
      new DecoderArchitecture("llama", "llama", true, false, true, false, ExpertNames.NONE);
  static final DecoderArchitecture MISTRAL =
      new DecoderArchitecture("mistral", "llama", true, false, true, false, ExpertNames.NONE);
  static final DecoderArchitecture MIXTRAL =
      new DecoderArchitecture("mixtral", "llama", true, false, false, false, ExpertNames.MIXTRAL);
  static final DecoderArchitecture QWEN3 =
      new DecoderArchitecture("qwen3", "qwen3", false, true, false, false, ExpertNames.NONE);
  static final DecoderArchitecture QWEN3_MOE =
      new DecoderArchitecture(
          "qwen3_moe", "qwen3moe", false, true, false, false, ExpertNames.QWEN3_MOE);
  static final DecoderArchitecture QWEN2_MOE =
      new DecoderArchitecture(
          "qwen2_moe", "qwen2moe", false, false, true, true, ExpertNames.QWEN2_MOE);
  static final DecoderArchitecture OLMOE =
      new DecoderArchitecture("olmoe", "olmoe", false, true, false, true, ExpertNames.OLMOE);

  private static final String LAYER = "model.layers.{block}.";
  private static final String ATTENTION = LAYER + "self_attn.";

  @Override
  public void describe(GgufConfig config, GgufMetadata metadata) {
    requireComputable(config);
    int heads = heads(config);
    int keyValueHeads = keyValueHeads(config);
    int headWidth = headWidth(config);
    metadata.uint32(key("block_count"), config.whole("num_hidden_layers"));
    metadata.uint32(key("context_length"), config.whole("max_position_embeddings"));
    metadata.uint32(key("embedding_length"), config.whole("hidden_size"));
    metadata.uint32(key("feed_forward_length"), config.whole("intermediate_size"));
    metadata.uint32(key("vocab_size"), vocabulary(config));
    metadata.uint32(key("attention.head_count"), heads);
    metadata.uint32(key("attention.head_count_kv"), keyValueHeads);
    metadata.uint32(key("attention.key_length"), headWidth);
    metadata.uint32(key("attention.value_length"), headWidth);
    metadata.float32(key("attention.layer_norm_rms_epsilon"), config.number("rms_norm_eps"));
    metadata.uint32(key("rope.dimension_count"), headWidth);
    metadata.float32(key("rope.freq_base"), RotaryPositions.of(config, neighbours).base());
    experts.describe(name, config, metadata);
  }

  private void requireComputable(GgufConfig config) {
    if (equals(OLMOE) && keyValueHeads(config) != heads(config)) {
      throw config.bad("num_key_value_heads", "the number of heads");
    }
    if (repeatedHead && headWidth(config) * heads(config) != config.whole("hidden_size")) {
      throw config.bad("head_dim", "hidden_size / num_attention_heads");
    }
  }

  private String key(String suffix) {
    return name + "." + suffix;
  }

  private static int heads(GgufConfig config) {
    return config.whole("num_attention_heads");
  }

  private static int keyValueHeads(GgufConfig config) {
    return config.whole("num_key_value_heads", heads(config));
  }

  private static int headWidth(GgufConfig config) {
    return config.whole("head_dim", config.whole("hidden_size") / heads(config));
  }

  private static boolean tied(GgufConfig config) {
    return config.flag("tie_word_embeddings", false);
  }

  @Override
  public List<TensorRule> rules(GgufConfig config) {
    List<TensorRule> rules = new ArrayList<>();
    rules.add(TensorRule.same("model.embed_tokens.weight", "token_embd.weight"));
    if (tied(config) && repeatedHead) {
      rules.add(TensorRule.same("model.embed_tokens.weight", "output.weight"));
    }
    rules.add(
        tied(config)
            ? TensorRule.leftOut("lm_head.weight")
            : TensorRule.same("lm_head.weight", "output.weight"));
    rules.add(TensorRule.same("model.norm.weight", "output_norm.weight"));
    rules.add(TensorRule.same(LAYER + "input_layernorm.weight", "blk.{block}.attn_norm.weight"));
    rules.add(
        TensorRule.same(LAYER + "post_attention_layernorm.weight", "blk.{block}.ffn_norm.weight"));
    attention(rules, config);
    experts.addTo(rules, biases);
    return rules;
  }

  private void attention(List<TensorRule> rules, GgufConfig config) {
    rules.add(TensorRule.leftOut(ATTENTION + "rotary_emb.inv_freq"));
    map(rules, ATTENTION + "q_proj", "attn_q", rotated(heads(config)));
    map(rules, ATTENTION + "k_proj", "attn_k", rotated(keyValueHeads(config)));
    map(rules, ATTENTION + "v_proj", "attn_v", TensorLayout.SAME);
    map(rules, ATTENTION + "o_proj", "attn_output", TensorLayout.SAME);
    if (headNorms) {
      for (String part : List.of("q_norm", "k_norm")) {
        rules.add(
            TensorRule.same(ATTENTION + part + ".weight", "blk.{block}.attn_" + part + ".weight"));
      }
    }
  }

  private TensorLayout rotated(int heads) {
    return neighbours ? TensorLayout.neighbours(heads) : TensorLayout.SAME;
  }

  private void map(List<TensorRule> rules, String published, String name, TensorLayout layout) {
    String target = "blk.{block}." + name;
    rules.add(TensorRule.of(published + ".weight", target + ".weight", layout));
    if (biases) {
      rules.add(TensorRule.of(published + ".bias", target + ".bias", layout));
    }
  }

  @Override
  public List<GgufTensor> computed(GgufConfig config) {
    return RotaryPositions.of(config, neighbours).factors(headWidth(config)).stream().toList();
  }
}
