package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * GPT-2 with its language-modelling head ({@code GPT2LMHeadModel}) and the defaults of {@code
 * GPT2Config}. Its linear layers are {@code Conv1D}: [in, out], as ours are.
 */
final class Gpt2Family implements PublishedFamily {
  private static final String MODEL_TYPE = "gpt2";

  /** OpenAI's files have no prefix. */
  private static final String PREFIX = "transformer.";

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public Class<Gpt> modelClass() {
    return Gpt.class;
  }

  @Override
  public PublishedModel read(ConfigFields fields) {
    fields.require("tie_word_embeddings", true);
    fields.require("add_cross_attention", false);
    fields.require("scale_attn_weights", true);
    fields.require("scale_attn_by_inverse_layer_idx", false);
    int width = fields.number("n_embd", 1);
    int vocabulary = fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS);
    return new PublishedModel(
        MODEL_TYPE,
        new LanguageModelConfig(
            vocabulary,
            fields.number("n_positions", 1),
            HubConfig.stack(
                fields.number("n_layer", 1),
                width,
                fields.optionalNumber("n_inner", 1, ConfigFields.LARGEST).orElse(4 * width),
                HubConfig.heads(fields, "n_head", width),
                fields.rate("resid_pdrop", 0.1),
                fields.choice("activation_function", "gelu_new", HubConfig.ACTIVATIONS),
                fields.positive("layer_norm_epsilon", 1e-5))),
        Optional.empty());
  }

  @Override
  public void write(PublishedModel model, Optional<HubRequest.TextEnds> ends, ObjectNode config) {
    StackConfig stack = model.config().stack();
    BlockConfig block = HubConfig.plain(stack);
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("activation_function", HubConfig.name(block.feedForward().activation()));
    config.put("vocab_size", model.config().vocabulary());
    config.put("n_positions", model.config().positions());
    config.put("n_embd", stack.hiddenSize()).put("n_layer", stack.numHiddenLayers());
    config
        .put("n_head", block.attention().numAttentionHeads())
        .put("n_inner", block.intermediateSize());
    config.put("layer_norm_epsilon", block.norm().epsilon());
    config.put("resid_pdrop", stack.dropout()).put("embd_pdrop", stack.dropout());
    config.put("attn_pdrop", 0.0);
    ends.ifPresent(texts -> HubConfig.write(texts, config));
    config.put("tie_word_embeddings", true);
  }

  @Override
  public PublishedModel describe(Model<?> model) {
    return new PublishedModel(MODEL_TYPE, ((Gpt) model).config(), Optional.empty());
  }

  @Override
  public Optional<String> refusal(PublishedModel model) {
    return model.config().tied()
        ? PublishedFamily.super.refusal(model)
        : Optional.of("has a tied head, this run has not");
  }

  @Override
  public WeightNames names(PublishedModel model, Set<String> tensors) {
    boolean bare =
        !tensors.isEmpty() && tensors.stream().noneMatch(name -> name.startsWith(PREFIX));
    String prefix = bare ? "" : PREFIX;
    LanguageModelConfig config = model.config();
    int width = config.stack().hiddenSize();
    int hidden = config.stack().block().intermediateSize();
    List<WeightRule> rules = new ArrayList<>();
    rules.add(WeightRule.same("tokens.weight", prefix + "wte.weight", config.vocabulary(), width));
    rules.add(
        WeightRule.same("positions.weight", prefix + "wpe.weight", config.positions(), width));
    for (int i = 0; i < config.stack().numHiddenLayers(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = prefix + "h." + i + ".";
      rules.addAll(WeightRule.norm(ours + "attentionNorm", theirs + "ln_1", width));
      rules.addAll(conv1d(ours + "attention.qkv", theirs + "attn.c_attn", width, 3 * width));
      rules.addAll(conv1d(ours + "attention.projection", theirs + "attn.c_proj", width, width));
      rules.addAll(WeightRule.norm(ours + "feedForwardNorm", theirs + "ln_2", width));
      rules.addAll(conv1d(ours + "feedForward.expand", theirs + "mlp.c_fc", width, hidden));
      rules.addAll(conv1d(ours + "feedForward.contract", theirs + "mlp.c_proj", hidden, width));
    }
    rules.addAll(WeightRule.norm("finalNorm", prefix + "ln_f", width));
    return new WeightNames(
        rules,
        Map.of("lm_head.weight", prefix + "wte.weight"),
        Pattern.compile(Pattern.quote(prefix) + "h\\.\\d+\\.attn\\.(bias|masked_bias)"));
  }

  private static List<WeightRule> conv1d(String ours, String theirs, int in, int out) {
    return List.of(
        WeightRule.same(ours + ".weight", theirs + ".weight", in, out),
        WeightRule.same(ours + ".bias", theirs + ".bias", out));
  }
}
