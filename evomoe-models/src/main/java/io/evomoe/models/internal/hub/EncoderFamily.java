package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * RoBERTa and BERT with their masked-token heads ({@code RobertaForMaskedLM}, {@code
 * BertForMaskedLM}) and the defaults of their configuration classes. Their linear layers are
 * PyTorch's: [out, in]. RoBERTa's padding token has a position, and the tokens of both have a type,
 * even if ours have none. Files without a head, such as {@code BertModel}'s, have no prefix.
 *
 * @param architecture name of its model class
 * @param dense of the head
 * @param norm of the head
 * @param output of the head, with a bias and the tied decoder
 */
record EncoderFamily(
    String modelType, String architecture, String dense, String norm, String output)
    implements PublishedFamily {
  static final EncoderFamily ROBERTA =
      new EncoderFamily(
          "roberta", "RobertaForMaskedLM", "lm_head.dense", "lm_head.layer_norm", "lm_head.");
  static final EncoderFamily BERT =
      new EncoderFamily(
          "bert",
          "BertForMaskedLM",
          "cls.predictions.transform.dense",
          "cls.predictions.transform.LayerNorm",
          "cls.predictions.");

  private static final String POSITIONS = "positions.weight";
  private static final String TOKEN_TYPES = "tokenTypes.weight";
  private static final String PADDING = "pad_token_id";

  /** Rows before RoBERTa's first position if our model has none: padding is token 1. */
  private static final int OFFSET = 2;

  private static final HubRequest.TextEnds ENDS = new HubRequest.TextEnds(OptionalInt.of(0), 2);

  @Override
  public Class<Roberta> modelClass() {
    return Roberta.class;
  }

  /** Whether positions begin after that of the padding token. */
  private boolean isOffset() {
    return equals(ROBERTA);
  }

  @Override
  public PublishedModel read(ConfigFields fields) {
    fields.require("tie_word_embeddings", true);
    fields.require("is_decoder", false);
    fields.require("add_cross_attention", false);
    fields.require("position_embedding_type", "absolute");
    int width = fields.number("hidden_size", 1);
    int offset =
        isOffset() ? fields.optionalNumber(PADDING, 0, ConfigFields.LARGEST).orElse(1) + 1 : 0;
    int positions = fields.number("max_position_embeddings", offset + 1) - offset;
    return new PublishedModel(
        modelType,
        new LanguageModelConfig(
            fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS),
            positions,
            offset,
            fields.number("type_vocab_size", 1),
            true,
            HubConfig.stack(
                fields.number("num_hidden_layers", 1),
                width,
                fields.number("intermediate_size", 1),
                HubConfig.heads(fields, "num_attention_heads", width),
                fields.rate("hidden_dropout_prob", 0.1),
                fields.choice("hidden_act", "gelu", HubConfig.ACTIVATIONS),
                fields.positive("layer_norm_eps", 1e-12))),
        Optional.empty());
  }

  @Override
  public void write(PublishedModel model, Optional<HubRequest.TextEnds> ends, ObjectNode config) {
    StackConfig stack = model.config().stack();
    BlockConfig block = HubConfig.plain(stack);
    int offset = model.config().positionOffset();
    config.putArray("architectures").add(architecture);
    config.put("hidden_act", HubConfig.name(block.feedForward().activation()));
    config.put("vocab_size", model.config().vocabulary());
    config.put("max_position_embeddings", model.config().positions() + offset);
    config.put("type_vocab_size", model.config().tokenTypes());
    config.put("hidden_size", stack.hiddenSize()).put("num_hidden_layers", stack.numHiddenLayers());
    config
        .put("num_attention_heads", block.attention().numAttentionHeads())
        .put("intermediate_size", block.intermediateSize());
    config.put("layer_norm_eps", block.norm().epsilon());
    config.put("hidden_dropout_prob", stack.dropout()).put("attention_probs_dropout_prob", 0.0);
    if (isOffset()) {
      config.put(PADDING, offset - 1);
      HubConfig.write(ends.orElse(ENDS), config);
    }
    config.put("tie_word_embeddings", true);
  }

  @Override
  public PublishedModel describe(Model<?> model) {
    LanguageModelConfig own = ((Roberta) model).config();
    int offset = isOffset() && own.positionOffset() == 0 ? OFFSET : own.positionOffset();
    return new PublishedModel(
        modelType,
        own.with(c -> c.positionOffset(offset).tokenTypes(Math.max(1, own.tokenTypes()))),
        Optional.empty());
  }

  @Override
  public Optional<String> refusal(PublishedModel model) {
    return isOffset() || model.config().positionOffset() == 0
        ? PublishedFamily.super.refusal(model)
        : Optional.of("counts positions from 0, this run from its padding's");
  }

  @Override
  public void complete(Map<String, INDArray> parameters, PublishedModel model) {
    int width = model.config().stack().hiddenSize();
    parameters.computeIfPresent(
        POSITIONS,
        (name, own) -> {
          int missing = positions(model) - own.rows();
          return missing == 0 ? own : Nd4j.concat(0, zeros(missing, width), own);
        });
    parameters.computeIfAbsent(TOKEN_TYPES, name -> zeros(1, width));
  }

  private static INDArray zeros(int rows, int width) {
    return Nd4j.zeros(DataType.FLOAT, rows, width);
  }

  private static int positions(PublishedModel model) {
    return model.config().positions() + model.config().positionOffset();
  }

  @Override
  public WeightNames names(PublishedModel model, Set<String> tensors) {
    String body = modelType + ".";
    boolean bare = !tensors.isEmpty() && tensors.stream().noneMatch(name -> name.startsWith(body));
    String prefix = bare ? "" : body;
    boolean headless = bare && tensors.stream().noneMatch(name -> name.startsWith(output));
    List<WeightRule> rules = new ArrayList<>(encoder(model, prefix));
    LanguageModelConfig size = model.config();
    int width = size.stack().hiddenSize();
    if (!headless) {
      rules.addAll(WeightRule.linear("head.dense", dense, width, width));
      rules.addAll(WeightRule.norm("head.norm", norm, width));
      rules.add(WeightRule.same("head.bias", output + "bias", size.vocabulary()));
    }
    return new WeightNames(
        rules,
        Map.of(
            output + "decoder.weight",
            prefix + "embeddings.word_embeddings.weight",
            output + "decoder.bias",
            output + "bias"),
        Pattern.compile(
            Pattern.quote(prefix)
                + "(embeddings\\.(position_ids|token_type_ids)|pooler\\.dense\\.(weight|bias))"
                + "|cls\\.seq_relationship\\.(weight|bias)"),
        headless);
  }

  private static List<WeightRule> encoder(PublishedModel model, String prefix) {
    LanguageModelConfig size = model.config();
    int width = size.stack().hiddenSize();
    int hidden = size.stack().block().intermediateSize();
    String tables = prefix + "embeddings.";
    List<WeightRule> rules = new ArrayList<>();
    rules.add(table("tokens.weight", tables + "word", size.vocabulary(), width));
    rules.add(table(POSITIONS, tables + "position", positions(model), width));
    rules.add(table(TOKEN_TYPES, tables + "token_type", size.tokenTypes(), width));
    rules.addAll(WeightRule.norm("embeddingNorm", tables + "LayerNorm", width));
    for (int i = 0; i < size.stack().numHiddenLayers(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = prefix + "encoder.layer." + i + ".";
      String attention = theirs + "attention.";
      rules.addAll(
          WeightRule.linear(
              ours + "attention.qkv",
              List.of(attention + "self.query", attention + "self.key", attention + "self.value"),
              width,
              List.of(width, width, width)));
      rules.addAll(
          WeightRule.linear(
              ours + "attention.projection", attention + "output.dense", width, width));
      rules.addAll(WeightRule.norm(ours + "attentionNorm", attention + "output.LayerNorm", width));
      rules.addAll(
          WeightRule.linear(
              ours + "feedForward.expand", theirs + "intermediate.dense", width, hidden));
      rules.addAll(
          WeightRule.linear(ours + "feedForward.contract", theirs + "output.dense", hidden, width));
      rules.addAll(WeightRule.norm(ours + "feedForwardNorm", theirs + "output.LayerNorm", width));
    }
    return rules;
  }

  private static WeightRule table(String ours, String theirs, int rows, int width) {
    return WeightRule.same(ours, theirs + "_embeddings.weight", rows, width);
  }
}
