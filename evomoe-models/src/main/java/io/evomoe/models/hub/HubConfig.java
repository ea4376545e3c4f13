package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.kernel.Activation;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code config.json} of GPT-2 and RoBERTa, in the fields and with the defaults of Hugging Face's
 * {@code GPT2Config} and {@code RobertaConfig}; sizes must be there. Our one dropout rate is that
 * of the residual branches; rates of their own for attention and embeddings are not kept.
 */
final class HubConfig {
  static final String FILE = "config.json";
  private static final int NO_EXPERTS = Integer.MAX_VALUE;
  private static final Map<String, Activation> ACTIVATIONS =
      Map.of(
          "gelu", Activation.GELU,
          "gelu_new", Activation.GELU_TANH,
          "gelu_fast", Activation.GELU_TANH,
          "gelu_pytorch_tanh", Activation.GELU_TANH,
          "relu", Activation.RELU);

  private HubConfig() {}

  static PublishedModel read(Path folder) {
    Path file = folder.resolve(FILE);
    ConfigFields fields = new ConfigFields(file, JsonFile.read(file));
    String type = fields.text("model_type");
    return switch (type) {
      case "gpt2" -> gpt2(fields);
      case "roberta" -> roberta(fields);
      default ->
          throw new IllegalArgumentException(
              "%s: model_type must be one of %s, was %s"
                  .formatted(file, HubFamily.modelTypes(), type));
    };
  }

  private static PublishedModel gpt2(ConfigFields fields) {
    fields.require("tie_word_embeddings", true);
    fields.require("add_cross_attention", false);
    fields.require("scale_attn_weights", true);
    fields.require("scale_attn_by_inverse_layer_idx", false);
    int width = fields.number("n_embd", 1);
    int vocabulary = fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS);
    return new PublishedModel(
        HubFamily.GPT2,
        EmbeddingSize.of(vocabulary, fields.number("n_positions", 1)),
        stack(
            fields.number("n_layer", 1),
            width,
            fields.optionalNumber("n_inner", 1, ConfigFields.LARGEST).orElse(4 * width),
            heads(fields, "n_head", width),
            fields.rate("resid_pdrop", 0.1),
            fields.choice("activation_function", "gelu_new", ACTIVATIONS),
            fields.positive("layer_norm_epsilon", 1e-5)));
  }

  private static PublishedModel roberta(ConfigFields fields) {
    fields.require("tie_word_embeddings", true);
    fields.require("is_decoder", false);
    fields.require("add_cross_attention", false);
    fields.require("position_embedding_type", "absolute");
    int width = fields.number("hidden_size", 1);
    int offset = fields.optionalNumber("pad_token_id", 0, ConfigFields.LARGEST).orElse(1) + 1;
    int positions = fields.number("max_position_embeddings", offset + 1) - offset;
    EmbeddingSize embedding =
        new EmbeddingSize(
            fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS),
            positions,
            offset,
            fields.number("type_vocab_size", 1));
    return new PublishedModel(
        HubFamily.ROBERTA,
        embedding,
        stack(
            fields.number("num_hidden_layers", 1),
            width,
            fields.number("intermediate_size", 1),
            heads(fields, "num_attention_heads", width),
            fields.rate("hidden_dropout_prob", 0.1),
            fields.choice("hidden_act", "gelu", ACTIVATIONS),
            fields.positive("layer_norm_eps", 1e-12)));
  }

  private static int heads(ConfigFields fields, String field, int width) {
    int heads = fields.number(field, 1);
    if (width % heads != 0) {
      throw fields.bad(field, "a divisor of the width " + width, fields.root().path(field));
    }
    return heads;
  }

  private static StackSize stack(
      int layers,
      int width,
      int hidden,
      int heads,
      double dropout,
      Activation activation,
      double epsilon) {
    return new StackSize(
        layers, width, hidden, heads, 1, NO_EXPERTS, 0, dropout, activation, false, epsilon);
  }

  /**
   * The file of a model of ours.
   *
   * @param endOfText id of the token between documents, where it is known
   */
  static ObjectNode write(PublishedModel model, OptionalInt endOfText) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", model.family().modelType());
    switch (model.family()) {
      case GPT2 -> writeGpt2(config, model, endOfText);
      case ROBERTA -> writeRoberta(config, model);
    }
    return config.put("tie_word_embeddings", true);
  }

  private static void writeGpt2(ObjectNode config, PublishedModel model, OptionalInt endOfText) {
    StackSize stack = model.stack();
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("activation_function", name(stack.activation()));
    config.put("vocab_size", model.embedding().vocabulary());
    config.put("n_positions", model.embedding().positions());
    config.put("n_embd", stack.width()).put("n_layer", stack.layers());
    config.put("n_head", stack.heads()).put("n_inner", stack.hidden());
    config.put("layer_norm_epsilon", stack.normEpsilon());
    config.put("resid_pdrop", stack.dropout()).put("embd_pdrop", stack.dropout());
    config.put("attn_pdrop", 0.0);
    endOfText.ifPresent(id -> config.put("bos_token_id", id).put("eos_token_id", id));
  }

  private static void writeRoberta(ObjectNode config, PublishedModel model) {
    StackSize stack = model.stack();
    int offset = model.embedding().positionOffset();
    config.putArray("architectures").add("RobertaForMaskedLM");
    config.put("hidden_act", name(stack.activation()));
    config.put("vocab_size", model.embedding().vocabulary());
    config.put("max_position_embeddings", model.embedding().positions() + offset);
    config.put("type_vocab_size", model.embedding().tokenTypes());
    config.put("hidden_size", stack.width()).put("num_hidden_layers", stack.layers());
    config.put("num_attention_heads", stack.heads()).put("intermediate_size", stack.hidden());
    config.put("layer_norm_eps", stack.normEpsilon());
    config.put("hidden_dropout_prob", stack.dropout()).put("attention_probs_dropout_prob", 0.0);
    config.put("pad_token_id", offset - 1).put("bos_token_id", 0).put("eos_token_id", 2);
  }

  private static String name(Activation activation) {
    return switch (activation) {
      case GELU -> "gelu";
      case GELU_TANH -> "gelu_new";
      case RELU -> "relu";
      case TANH -> "tanh";
    };
  }
}
