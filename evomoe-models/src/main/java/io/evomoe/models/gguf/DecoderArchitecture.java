package io.evomoe.models.gguf;

import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.Rotary;
import java.util.List;
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
    StackConfig stack = model.config().stack();
    AttentionConfig attention = stack.block().attention();
    if (!biases && (attention.biased() || stack.block().feedForward().biased())) {
      throw GgufArchitecture.bad("attention_bias", "false", true);
    }
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
    if (model.router().isPresent() && stack.moeLayers() < stack.numHiddenLayers()) {
      throw GgufArchitecture.bad(
          "number of blocks with experts",
          "that of all blocks, %d,".formatted(stack.numHiddenLayers()),
          stack.moeLayers());
    }
  }

  private static Rotary rotary(PublishedModel model) {
    return Objects.requireNonNull(model.config().stack().block().attention().rotary());
  }

  private String key(String suffix) {
    return name + "." + suffix;
  }

  @Override
  public TensorLayout layout(PublishedModel model, String name) {
    AttentionConfig attention = model.config().stack().block().attention();
    if (neighbours && name.contains(".attn_q.")) {
      return TensorLayout.neighbours(attention.numAttentionHeads());
    }
    if (neighbours && name.contains(".attn_k.")) {
      return TensorLayout.neighbours(attention.numKeyValueHeads());
    }
    return name.contains(".ffn_gate_inp_shexp.") ? TensorLayout.ROW : TensorLayout.SAME;
  }

  @Override
  public boolean repeatsHead(PublishedModel model) {
    return repeatedHead && model.config().tied();
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
