package io.evomoe.models.internal.hub;

import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Weight names of current decoders in Hugging Face's files. */
final class DecoderNames {
  static final String LAYERS = "model.layers.";

  private final PublishedModel model;
  private final @Nullable MixtureFields mixture;
  private final List<WeightRule> rules = new ArrayList<>();

  DecoderNames(PublishedModel model, @Nullable MixtureFields mixture) {
    this.model = model;
    this.mixture = mixture;
  }

  PublishedFamily.WeightNames names() {
    StackConfig stack = model.config().stack();
    int vocabulary = model.config().vocabulary();
    rules.add(
        WeightRule.same(
            "tokens.weight", "model.embed_tokens.weight", vocabulary, stack.hiddenSize()));
    for (int i = 0; i < stack.numHiddenLayers(); i++) {
      block(i);
    }
    norm("finalNorm", "model.norm", stack.hiddenSize());
    if (!model.config().tied()) {
      map("head", "lm_head", stack.hiddenSize(), vocabulary, false);
    }
    return new PublishedFamily.WeightNames(
        rules,
        model.config().tied() ? Map.of("lm_head.weight", "model.embed_tokens.weight") : Map.of(),
        Pattern.compile("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));
  }

  private void block(int i) {
    BlockConfig block = model.config().stack().blocks().get(i);
    MoeConfig moe = block.moe();
    int width = block.hiddenSize();
    String ours = "blocks." + i + ".";
    String theirs = LAYERS + i + ".";
    norm(ours + "attentionNorm", theirs + "input_layernorm", width);
    attention(block.attention(), ours + "attention.", theirs + "self_attn.");
    norm(ours + "feedForwardNorm", theirs + "post_attention_layernorm", width);
    if (mixture != null && moe != null) {
      mixture(mixture, moe, ours + "feedForward.", theirs + mixture.module() + ".");
    } else {
      net(
          ours + "feedForward.",
          theirs + "mlp.",
          block.intermediateSize(),
          MixtureFields.Parts.LLAMA);
    }
  }

  private void attention(AttentionConfig attention, String ours, String theirs) {
    add(
        WeightRule.linear(
            ours + "qkv",
            List.of(theirs + "q_proj", theirs + "k_proj", theirs + "v_proj"),
            attention.hiddenSize(),
            List.of(attention.queryWidth(), attention.keyWidth(), attention.keyWidth())),
        attention.biased());
    QueryKeyNorm norms = attention.norm();
    if (norms != null) {
      boolean each = norms.span() == QueryKeyNorm.Span.HEAD;
      norm(
          ours + "queryNorm",
          theirs + "q_norm",
          each ? attention.headDim() : attention.queryWidth());
      norm(ours + "keyNorm", theirs + "k_norm", each ? attention.headDim() : attention.keyWidth());
    }
    map(
        ours + "projection",
        theirs + "o_proj",
        attention.queryWidth(),
        attention.hiddenSize(),
        attention.projectionBiased());
  }

  private void mixture(MixtureFields fields, MoeConfig moe, String ours, String theirs) {
    int width = model.config().stack().hiddenSize();
    map(ours + "gate", theirs + "gate", width, moe.experts(), false);
    for (int e = 0; e < moe.experts(); e++) {
      String expert = "experts." + e + ".";
      net(ours + expert, theirs + expert, moe.intermediateSize(), fields.parts());
    }
    if (fields.shared()) {
      net(
          ours + "shared.0.",
          theirs + "shared_expert.",
          moe.shared().intermediateSize(),
          MixtureFields.Parts.LLAMA);
      map(ours + "sharedGate", theirs + "shared_expert_gate", width, 1, false);
    }
  }

  private void net(String ours, String theirs, int hidden, MixtureFields.Parts parts) {
    int width = model.config().stack().hiddenSize();
    boolean biased = model.config().stack().block().feedForward().biased();
    map(ours + "expand", theirs + parts.expand(), width, hidden, biased);
    map(ours + "up", theirs + parts.up(), width, hidden, biased);
    map(ours + "contract", theirs + parts.contract(), hidden, width, biased);
  }

  private void map(String ours, String theirs, int in, int out, boolean biased) {
    add(WeightRule.linear(ours, theirs, in, out), biased);
  }

  private void add(List<WeightRule> weightAndBias, boolean biased) {
    rules.addAll(biased ? weightAndBias : weightAndBias.subList(0, 1));
  }

  private void norm(String ours, String theirs, int width) {
    rules.add(WeightRule.same(ours + ".gain", theirs + ".weight", width));
  }
}
