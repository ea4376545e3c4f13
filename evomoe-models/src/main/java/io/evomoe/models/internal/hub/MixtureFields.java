package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The format of a mixture family's experts.
 *
 * @param experts field with the number of experts
 * @param module name of the module in an MoE block
 * @param parts names of an expert's gate, up and down projections
 * @param everyBlock whether all blocks have experts, with intermediate size {@code
 *     intermediate_size}
 * @param renormalized whether a token's weights sum to 1; null if {@code norm_topk_prob} says so
 * @param shared whether there is a shared expert with a sigmoid gate
 * @param expertsByDefault k if {@code num_experts_per_tok} is missing
 */
record MixtureFields(
    String experts,
    String module,
    Parts parts,
    boolean everyBlock,
    @Nullable Boolean renormalized,
    boolean shared,
    int expertsByDefault) {
  private static final String STEP = "decoder_sparse_step";
  private static final String DENSE = "mlp_only_layers";
  private static final String RENORMALIZED = "norm_topk_prob";
  private static final String PER_TOKEN = "num_experts_per_tok";
  private static final String HIDDEN = "moe_intermediate_size";
  private static final String SHARED_HIDDEN = "shared_expert_intermediate_size";
  private static final int MOST_EXPERTS = 65_536;

  /** Names of an expert's projections. */
  record Parts(String expand, String up, String contract) {
    /** Names in a plain Llama's feed-forward network. */
    static final Parts LLAMA = new Parts("gate_proj", "up_proj", "down_proj");

    /** Mixtral's. */
    static final Parts MIXTRAL = new Parts("w1", "w3", "w2");
  }

  /** Returns a stack with these experts. */
  StackConfig read(ConfigFields fields, BlockConfig block, int layers) {
    int count = fields.number(experts, 1, MOST_EXPERTS);
    int inExpert = everyBlock ? block.intermediateSize() : fields.number(HIDDEN, 1);
    SharedExperts always =
        shared
            ? new SharedExperts(1, fields.number(SHARED_HIDDEN, 1), true)
            : new SharedExperts(0, inExpert, false);
    int step = everyBlock ? 1 : fields.optionalNumber(STEP, 1, ConfigFields.LARGEST).orElse(1);
    StackConfig stack =
        StackConfig.of(layers, block.withMoe(new MoeConfig(count, inExpert, always)))
            .withMoeEvery(step, everyBlock ? 0 : firstOf(fields, layers));
    if (stack.moeLayers() == 0) {
      throw fields.bad(STEP, "such that a block has experts", fields.root().path(STEP));
    }
    return stack;
  }

  /** The blocks in {@code mlp_only_layers} must be the first ones, or none. */
  private static int firstOf(ConfigFields fields, int layers) {
    JsonNode dense = fields.root().path(DENSE);
    for (int i = 0; i < dense.size(); i++) {
      if (!dense.get(i).isInt() || dense.get(i).intValue() != i || i >= layers) {
        throw fields.bad(DENSE, "the first blocks in order, or empty", dense);
      }
    }
    return dense.size();
  }

  PublishedModel.Router router(ConfigFields fields) {
    int k =
        fields
            .optionalNumber(PER_TOKEN, 1, fields.number(experts, 1, MOST_EXPERTS))
            .orElse(expertsByDefault);
    return new PublishedModel.Router(
        k, renormalized == null ? fields.flag(RENORMALIZED, false) : renormalized);
  }

  void write(StackConfig stack, PublishedModel.Router router, ObjectNode config) {
    MoeConfig moe = experts(stack);
    config.put(experts, moe.experts()).put(PER_TOKEN, router.experts());
    if (renormalized == null) {
      config.put(RENORMALIZED, router.renormalized());
    }
    if (everyBlock) {
      config.put("intermediate_size", moe.intermediateSize());
    } else {
      config.put(HIDDEN, moe.intermediateSize()).put(STEP, stack.moeEvery());
      ArrayNode dense = config.putArray(DENSE);
      IntStream.range(0, stack.numHiddenLayers())
          .filter(i -> (i + 1) % stack.moeEvery() == 0 && !stack.isMoe(i))
          .forEach(dense::add);
    }
    if (shared) {
      config.put(SHARED_HIDDEN, moe.shared().intermediateSize());
    }
    config.put("output_router_logits", false);
  }

  private static MoeConfig experts(StackConfig stack) {
    return Objects.requireNonNull(stack.block().moe(), "experts");
  }

  /** Returns the reason why a mixture does not fit the family; empty if it fits. */
  Optional<String> refusal(StackConfig stack, PublishedModel.Router router) {
    MoeConfig moe = experts(stack);
    int intermediateSize = stack.block().intermediateSize();
    if (shared != (moe.shared().count() == 1 && moe.shared().gated())
        || (!shared && moe.shared().count() > 0)) {
      return Optional.of(
          shared
              ? "has one shared expert weighed by a sigmoid, this run has not"
              : "has no shared experts, this run has");
    }
    if (renormalized != null && router.renormalized() != renormalized) {
      return Optional.of(
          renormalized
              ? "has weights of a token's experts that sum to 1, this run has not"
              : "has weights of the softmax over all experts, this run's sum to 1");
    }
    boolean mixed = stack.moeLayers() < stack.numHiddenLayers();
    if (everyBlock && mixed && moe.intermediateSize() != intermediateSize) {
      return Optional.of(
          "has experts of one width in every block, this run has nets of %d and experts of %d"
              .formatted(intermediateSize, moe.intermediateSize()));
    }
    if (everyBlock && mixed && !router.renormalized()) {
      return Optional.of(
          "has experts in every block with weights that do not sum to 1, so that a block without"
              + " experts, as this run has, cannot be one of equal experts");
    }
    return Optional.empty();
  }
}
