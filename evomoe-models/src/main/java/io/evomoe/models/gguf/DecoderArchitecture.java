package io.evomoe.models.gguf;

import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.Rotary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Decoders with RMS norms, rotary positions and gated feed-forward networks.
 *
 * @param modelType of {@code config.json}
 * @param name of the architecture in llama.cpp
 * @param neighbours whether llama.cpp rotates neighbouring dimensions of a head instead of its
 *     halves, and supports a factor for each frequency
 * @param biases whether linear layers may have biases
 * @param repeatedHead whether llama.cpp needs the head even if it is tied to the embedding
 * @param normalised whether llama.cpp divides the chosen experts' weights by their sum
 * @param expertSizes whether experts have a size of their own, with a key of its own
 */
record DecoderArchitecture(
    String modelType,
    String name,
    boolean neighbours,
    boolean biases,
    boolean repeatedHead,
    boolean normalised,
    boolean expertSizes)
    implements GgufArchitecture {
  private static final String LAYER = "model.layers.{block}.";
  private static final String ATTENTION = LAYER + "self_attn.";

  /** Tensors of a block that only get another name. */
  private static final Map<String, String> SAME =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("mlp.gate", "ffn_gate_inp"),
          Map.entry("mlp.experts.{expert}.gate_proj", "ffn_gate_exps"),
          Map.entry("mlp.experts.{expert}.up_proj", "ffn_up_exps"),
          Map.entry("mlp.experts.{expert}.down_proj", "ffn_down_exps"),
          Map.entry("mlp.shared_expert.gate_proj", "ffn_gate_shexp"),
          Map.entry("mlp.shared_expert.up_proj", "ffn_up_shexp"),
          Map.entry("mlp.shared_expert.down_proj", "ffn_down_shexp"),
          Map.entry("block_sparse_moe.gate", "ffn_gate_inp"),
          Map.entry("block_sparse_moe.experts.{expert}.w1", "ffn_gate_exps"),
          Map.entry("block_sparse_moe.experts.{expert}.w3", "ffn_up_exps"),
          Map.entry("block_sparse_moe.experts.{expert}.w2", "ffn_down_exps"));

  @Override
  public void describe(PublishedModel model, GgufMetadata metadata) {
    requireComputable(model);
    BlockConfig block = model.config().stack().block();
    AttentionConfig attention = block.attention();
    MoeConfig moe = block.moe();
    metadata.uint32(key("block_count"), model.config().stack().numHiddenLayers());
    metadata.uint32(key("context_length"), model.config().positions());
    metadata.uint32(key("embedding_length"), block.hiddenSize());
    metadata.uint32(
        key("feed_forward_length"),
        moe == null || expertSizes ? block.intermediateSize() : moe.intermediateSize());
    metadata.uint32(key("vocab_size"), model.config().vocabulary());
    metadata.uint32(key("attention.head_count"), attention.numAttentionHeads());
    metadata.uint32(key("attention.head_count_kv"), attention.numKeyValueHeads());
    metadata.uint32(key("attention.key_length"), attention.headDim());
    metadata.uint32(key("attention.value_length"), attention.headDim());
    metadata.float32(key("attention.layer_norm_rms_epsilon"), block.norm().epsilon());
    metadata.uint32(key("rope.dimension_count"), attention.headDim());
    metadata.float32(key("rope.freq_base"), rotary(model).theta());
    if (moe != null) {
      metadata.uint32(key("expert_count"), moe.experts());
      metadata.uint32(key("expert_used_count"), model.router().orElseThrow().experts());
      if (expertSizes) {
        metadata.uint32(key("expert_feed_forward_length"), moe.intermediateSize());
      }
      if (moe.shared().count() > 0) {
        metadata.uint32(key("expert_shared_feed_forward_length"), moe.shared().intermediateSize());
      }
    }
  }

  private void requireComputable(PublishedModel model) {
    AttentionConfig attention = model.config().stack().block().attention();
    if (name.equals("olmoe") && attention.numKeyValueHeads() != attention.numAttentionHeads()) {
      throw GgufArchitecture.bad(
          "num_key_value_heads", "the number of heads", attention.numKeyValueHeads());
    }
    if (repeatedHead && attention.queryWidth() != attention.hiddenSize()) {
      throw GgufArchitecture.bad(
          "head_dim", "hidden_size / num_attention_heads", attention.headDim());
    }
    Rotary.Scaling scaling = rotary(model).scaling();
    if (!neighbours && scaling != null) {
      throw GgufArchitecture.bad("rope_scaling", "null", scaling);
    }
    model
        .router()
        .filter(router -> router.renormalized() != normalised)
        .ifPresent(
            router -> {
              throw GgufArchitecture.bad("norm_topk_prob", "" + normalised, !normalised);
            });
  }

  private static Rotary rotary(PublishedModel model) {
    return Objects.requireNonNull(model.config().stack().block().attention().rotary());
  }

  private String key(String suffix) {
    return name + "." + suffix;
  }

  @Override
  public List<TensorRule> rules(PublishedModel model) {
    List<TensorRule> rules = new ArrayList<>();
    rules.add(TensorRule.same("model.embed_tokens.weight", "token_embd.weight"));
    if (model.config().tied() && repeatedHead) {
      rules.add(TensorRule.same("model.embed_tokens.weight", "output.weight"));
    }
    rules.add(
        model.config().tied()
            ? TensorRule.leftOut("lm_head.weight")
            : TensorRule.same("lm_head.weight", "output.weight"));
    rules.add(TensorRule.same("model.norm.weight", "output_norm.weight"));
    SAME.forEach(
        (published, target) ->
            rules.add(
                TensorRule.same(
                    LAYER + published + ".weight", "blk.{block}." + target + ".weight")));
    AttentionConfig attention = model.config().stack().block().attention();
    rules.add(TensorRule.leftOut(ATTENTION + "rotary_emb.inv_freq"));
    map(rules, ATTENTION + "q_proj", "attn_q", rotated(attention.numAttentionHeads()));
    map(rules, ATTENTION + "k_proj", "attn_k", rotated(attention.numKeyValueHeads()));
    map(rules, ATTENTION + "v_proj", "attn_v", TensorRule.Layout.SAME);
    map(rules, ATTENTION + "o_proj", "attn_output", TensorRule.Layout.SAME);
    if (model.router().isEmpty()) {
      for (String part : List.of("gate", "up", "down")) {
        map(rules, LAYER + "mlp." + part + "_proj", "ffn_" + part, TensorRule.Layout.SAME);
      }
    }
    rules.add(
        TensorRule.of(
            LAYER + "mlp.shared_expert_gate.weight",
            "blk.{block}.ffn_gate_inp_shexp.weight",
            TensorRule.Layout.ROW));
    return rules;
  }

  private TensorRule.Layout rotated(int heads) {
    return neighbours ? TensorRule.Layout.neighbours(heads) : TensorRule.Layout.SAME;
  }

  private void map(
      List<TensorRule> rules, String published, String name, TensorRule.Layout layout) {
    String target = "blk.{block}." + name;
    rules.add(TensorRule.of(published + ".weight", target + ".weight", layout));
    if (biases) {
      rules.add(TensorRule.of(published + ".bias", target + ".bias", layout));
    }
  }

  /** Returns Llama 3's factor of each frequency, which llama.cpp reads as a tensor. */
  @Override
  public List<GgufTensor> computed(PublishedModel model) {
    Rotary rotary = rotary(model);
    if (rotary.scaling() == null) {
      return List.of();
    }
    int headWidth = model.config().stack().block().attention().headDim();
    double[] plain = new Rotary(rotary.theta()).frequencies(headWidth);
    double[] scaled = rotary.frequencies(headWidth);
    float[] factors = new float[plain.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (plain[i] / scaled[i]);
    }
    return List.of(
        new GgufTensor(
            "rope_freqs.weight",
            List.of((long) factors.length),
            GgufType.F32,
            List.of(() -> Nd4j.createFromArray(factors).castTo(DataType.FLOAT))));
  }
}
