package io.evomoe.models.gguf;

import java.util.List;

/** The names of feed-forward networks or experts in a family of decoders. */
enum ExpertNames {
  /** One feed-forward network, no experts. */
  NONE("mlp.", "", false),
  /** Mixtral's. */
  MIXTRAL("block_sparse_moe.", "num_local_experts", true),
  /** Qwen3's. */
  QWEN3_MOE("mlp.", "num_experts", true),
  /** Qwen2's, which also have a shared expert. */
  QWEN2_MOE("mlp.", "num_experts", false),
  /** OLMoE's. */
  OLMOE("mlp.", "num_experts", false);

  private static final String LAYER = "model.layers.{block}.";
  private static final List<String> PARTS = List.of("gate", "up", "down");
  private static final String NORMALISED = "norm_topk_prob";
  private static final String SHARED = "mlp.shared_expert";

  private final String place;
  private final String count;
  private final boolean normalised;

  /**
   * Creates the names.
   *
   * @param place prefix of the networks or experts
   * @param count the field with the number of experts
   * @param normalised whether llama.cpp divides the chosen experts' weights by their sum
   */
  ExpertNames(String place, String count, boolean normalised) {
    this.place = place;
    this.count = count;
    this.normalised = normalised;
  }

  /** Returns the names of a network's projections, in the order of {@link #PARTS}. */
  private List<String> parts() {
    return this == MIXTRAL
        ? List.of("w1", "w3", "w2")
        : List.of("gate_proj", "up_proj", "down_proj");
  }

  /** Adds the rules of all tensors in a block. */
  void addTo(List<TensorRule> rules, boolean biases) {
    List<String> matrices = parts();
    for (int i = 0; i < PARTS.size(); i++) {
      String target = "blk.{block}.ffn_" + PARTS.get(i);
      if (this == NONE) {
        String published = LAYER + place + matrices.get(i);
        rules.add(TensorRule.same(published + ".weight", target + ".weight"));
        if (biases) {
          rules.add(TensorRule.same(published + ".bias", target + ".bias"));
        }
      } else {
        rules.add(
            TensorRule.same(
                LAYER + place + "experts.{expert}." + matrices.get(i) + ".weight",
                target + "_exps.weight"));
      }
      if (this == QWEN2_MOE) {
        rules.add(
            TensorRule.same(
                LAYER + SHARED + "." + matrices.get(i) + ".weight", target + "_shexp.weight"));
      }
    }
    if (this != NONE) {
      rules.add(TensorRule.same(LAYER + place + "gate.weight", "blk.{block}.ffn_gate_inp.weight"));
    }
    if (this == QWEN2_MOE) {
      rules.add(
          TensorRule.of(
              LAYER + SHARED + "_gate.weight",
              "blk.{block}.ffn_gate_inp_shexp.weight",
              TensorLayout.ROW));
    }
  }

  /**
   * Adds numbers and sizes of experts.
   *
   * @param name of the architecture
   */
  void describe(String name, GgufConfig config, GgufMetadata metadata) {
    if (this == NONE) {
      return;
    }
    if (this != MIXTRAL && config.flag(NORMALISED, false) != normalised) {
      throw config.bad(NORMALISED, normalised ? "true" : "false");
    }
    metadata.uint32(name + ".expert_count", config.whole(count));
    metadata.uint32(name + ".expert_used_count", config.whole("num_experts_per_tok"));
    if (this == QWEN2_MOE || this == QWEN3_MOE) {
      metadata.uint32(name + ".expert_feed_forward_length", config.whole("moe_intermediate_size"));
    }
    if (this == QWEN2_MOE) {
      metadata.uint32(
          name + ".expert_shared_feed_forward_length",
          config.whole("shared_expert_intermediate_size"));
    }
  }
}
