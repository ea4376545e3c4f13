package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.training.Model;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Common parts of current decoder families: the fields of {@code LlamaConfig} and the names of
 * {@code LlamaForCausalLM}. A family defines its differences ({@link DecoderTraits}) and the format
 * of its experts ({@link MixtureFields}), if it has any.
 *
 * @param traits differences of its blocks
 * @param mixture format of its experts; null for a family without experts
 */
record DecoderFamily(String modelType, DecoderTraits traits, @Nullable MixtureFields mixture)
    implements PublishedFamily {

  private static final String PARAMETERS = "rope_parameters";
  private static final String SCALING = "rope_scaling";
  private static final String LLAMA3 = "llama3";

  @Override
  public Class<Llama> modelClass() {
    return Llama.class;
  }

  @Override
  public PublishedModel read(ConfigFields fields) {
    traits.refuseOthers(fields);
    int width = fields.number("hidden_size", 1);
    int layers = fields.number("num_hidden_layers", 1);
    double epsilon = fields.positive("rms_norm_eps", traits.epsilon());
    FeedForwardConfig net =
        new FeedForwardConfig(
            width,
            fields.number("intermediate_size", 1),
            fields.choice("hidden_act", "silu", HubConfig.ACTIVATIONS),
            true,
            traits.feedForwardBias(fields));
    BlockConfig block =
        new BlockConfig(
            attention(fields, width, epsilon),
            net,
            null,
            new NormConfig(NormConfig.Kind.RMS, epsilon),
            0,
            false);
    return new PublishedModel(
        modelType,
        new LanguageModelConfig(
            fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS),
            fields.number("max_position_embeddings", 1, ConfigFields.MOST_TOKENS),
            0,
            0,
            fields.flag("tie_word_embeddings", false),
            mixture == null ? StackConfig.of(layers, block) : mixture.read(fields, block, layers)),
        mixture == null ? Optional.empty() : Optional.of(mixture.router(fields)));
  }

  private AttentionConfig attention(ConfigFields fields, int width, double epsilon) {
    int heads = fields.number("num_attention_heads", 1);
    int shared =
        fields.optionalNumber("num_key_value_heads", 1, ConfigFields.LARGEST).orElse(heads);
    if (heads % shared != 0) {
      throw fields.bad(
          "num_key_value_heads",
          "a divisor of num_attention_heads, " + heads,
          fields.root().path("num_key_value_heads"));
    }
    OptionalInt own = fields.optionalNumber("head_dim", 1, ConfigFields.LARGEST);
    int headWidth =
        own.isPresent()
            ? own.getAsInt()
            : traits
                .headWidthByDefault()
                .orElseGet(() -> width / HubConfig.heads(fields, "num_attention_heads", width));
    if (headWidth % 2 != 0) {
      throw fields.bad("head_dim", "even", fields.root().path("head_dim"));
    }
    QueryKeyNorm.Span span = traits.queryKeyNorm();
    return new AttentionConfig(
        width,
        heads,
        shared,
        headWidth,
        traits.attentionBias(fields),
        traits.projectionBias(fields),
        span == null ? null : new QueryKeyNorm(span, epsilon),
        rotary(fields));
  }

  @Override
  public void write(PublishedModel model, Optional<HubRequest.TextEnds> ends, ObjectNode config) {
    StackConfig stack = model.config().stack();
    BlockConfig block = stack.block();
    AttentionConfig attention = block.attention();
    config.putArray("architectures").add(traits.architecture());
    config.put("hidden_act", HubConfig.name(block.feedForward().activation()));
    config.put("vocab_size", model.config().vocabulary());
    config.put("max_position_embeddings", model.config().positions());
    config.put("hidden_size", stack.hiddenSize()).put("num_hidden_layers", stack.numHiddenLayers());
    config.put("num_attention_heads", attention.numAttentionHeads());
    config.put("num_key_value_heads", attention.numKeyValueHeads());
    if (traits.writesHeadWidth()) {
      config.put("head_dim", attention.headDim());
    }
    config.put("intermediate_size", block.intermediateSize());
    config.put("rms_norm_eps", block.norm().epsilon());
    write(Objects.requireNonNull(attention.rotary()), config);
    config.put("attention_dropout", 0.0);
    traits.write(block, config);
    ends.ifPresent(texts -> HubConfig.write(texts, config));
    config.put("tie_word_embeddings", model.config().tied());
    if (mixture != null) {
      mixture.write(stack, model.router().orElseThrow(), config);
    }
  }

  /**
   * Reads rotary positions: {@code rope_theta} with {@code rope_scaling}, or {@code
   * rope_parameters} with both, as in transformers 5.
   */
  private Rotary rotary(ConfigFields fields) {
    boolean together = fields.root().path(PARAMETERS).isObject();
    ConfigFields rope = together ? fields.inside(PARAMETERS) : fields;
    double theta = rope.positive("rope_theta", traits.theta());
    JsonNode scaling = fields.root().path(together ? PARAMETERS : SCALING);
    if (!scaling.isObject()) {
      fields.require(SCALING, "null");
      return new Rotary(theta);
    }
    ConfigFields of = fields.inside(together ? PARAMETERS : SCALING);
    String field = scaling.has("rope_type") || !scaling.has("type") ? "rope_type" : "type";
    String kind = scaling.has(field) ? of.oneOf(field, List.of(LLAMA3, "default")) : "default";
    if (kind.equals("default")) {
      return new Rotary(theta);
    }
    return new Rotary(
        theta,
        new Rotary.Scaling(
            of.positive("factor"),
            of.positive("low_freq_factor"),
            of.positive("high_freq_factor"),
            of.number("original_max_position_embeddings", 1)));
  }

  private static void write(Rotary rotary, ObjectNode config) {
    config.put("rope_theta", rotary.theta());
    Rotary.Scaling scaling = rotary.scaling();
    if (scaling == null) {
      config.putNull(SCALING);
      return;
    }
    config
        .putObject(SCALING)
        .put("rope_type", LLAMA3)
        .put("factor", scaling.factor())
        .put("low_freq_factor", scaling.lowFrequencyFactor())
        .put("high_freq_factor", scaling.highFrequencyFactor())
        .put("original_max_position_embeddings", scaling.originalPositions());
  }

  @Override
  public boolean hasExperts() {
    return mixture != null;
  }

  @Override
  public Optional<String> refusal(PublishedModel model) {
    StackConfig stack = model.config().stack();
    if (model.router().isPresent() != hasExperts()) {
      return Optional.of(
          hasExperts() ? "has experts in a block, this run has none" : "has no experts");
    }
    BlockConfig block = stack.block();
    ActivationFunction activation = block.feedForward().activation();
    if (activation != ActivationFunction.SILU) {
      return Optional.of("has SiLU in its nets, this run " + activation);
    }
    if (block.attention().rotary() == null) {
      return Optional.of("has rotary positions, this run has none");
    }
    Optional<String> ofBlock = traits.refusal(block);
    return ofBlock.isPresent() || mixture == null
        ? ofBlock
        : mixture.refusal(stack, model.router().orElseThrow());
  }

  @Override
  public PublishedModel describe(Model<?> model) {
    return new PublishedModel(modelType, ((Llama) model).config(), Optional.empty());
  }

  /**
   * If all blocks of the family have experts, a block without experts is written with equal ones.
   */
  @Override
  public PublishedModel fitted(PublishedModel model) {
    StackConfig stack = model.config().stack();
    StackConfig fitted =
        mixture == null
            ? stack.with(b -> b.moe(null))
            : mixture.everyBlock() ? stack.withMoeEvery(1) : stack;
    return model.with(m -> m.modelType(modelType).config(model.config().withStack(fitted)));
  }

  @Override
  public WeightNames names(PublishedModel model, Set<String> tensors) {
    return new DecoderNames(model, mixture).names();
  }
}
