package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.MoeForm;
import io.evomoe.models.stack.StackSize;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Rotary;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Common parts of current decoder families: the fields of {@code LlamaConfig} and the names of
 * {@code LlamaForCausalLM}. A family defines its differences ({@link DecoderTraits}) and the format
 * of its experts ({@link MixtureFields}), if it has any.
 */
final class DecoderFamily implements PublishedFamily {
  private static final int NO_EXPERTS = Integer.MAX_VALUE;

  private final String modelType;
  private final DecoderTraits traits;
  private final @Nullable MixtureFields mixture;

  /**
   * Creates a family.
   *
   * @param mixture null for a family without experts
   */
  DecoderFamily(String modelType, DecoderTraits traits, @Nullable MixtureFields mixture) {
    this.modelType = modelType;
    this.traits = traits;
    this.mixture = mixture;
  }

  @Override
  public String modelType() {
    return modelType;
  }

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
    FeedForwardForm net =
        new FeedForwardForm(
            width,
            fields.number("intermediate_size", 1),
            HubConfig.activation(fields, "hidden_act", "silu"),
            true,
            traits.feedForwardBias(fields));
    MoeForm none =
        new MoeForm(
            1,
            NO_EXPERTS,
            0,
            net.intermediateSize(),
            new SharedExperts(0, net.intermediateSize(), false));
    StackSize stack =
        new StackSize(
            layers,
            attention(fields, width, epsilon),
            net,
            mixture == null ? none : mixture.read(fields, net.intermediateSize(), layers),
            new NormForm(NormForm.Kind.RMS, epsilon),
            0,
            false);
    EmbeddingSize embedding =
        EmbeddingSize.of(
            fields.number("vocab_size", 1, ConfigFields.MOST_TOKENS),
            fields.number("max_position_embeddings", 1, ConfigFields.MOST_TOKENS));
    return new PublishedModel(
        modelType,
        embedding,
        stack,
        fields.flag("tie_word_embeddings", false),
        mixture == null ? Optional.empty() : Optional.of(mixture.router(fields)));
  }

  private AttentionForm attention(ConfigFields fields, int width, double epsilon) {
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
    return new AttentionForm(
        width,
        heads,
        shared,
        headWidth,
        traits.attentionBias(fields),
        traits.projectionBias(fields),
        span == null ? null : new QueryKeyNorm(span, epsilon),
        RotaryFields.read(fields, traits.theta()));
  }

  @Override
  public void write(PublishedModel model, Optional<TextEnds> ends, ObjectNode config) {
    StackSize stack = model.stack();
    AttentionForm attention = stack.attention();
    config.putArray("architectures").add(traits.architecture());
    config.put("hidden_act", HubConfig.name(stack.activation()));
    config.put("vocab_size", model.embedding().vocabulary());
    config.put("max_position_embeddings", model.embedding().positions());
    config.put("hidden_size", stack.hiddenSize()).put("num_hidden_layers", stack.numHiddenLayers());
    config.put("num_attention_heads", attention.numAttentionHeads());
    config.put("num_key_value_heads", attention.numKeyValueHeads());
    if (traits.writesHeadWidth()) {
      config.put("head_dim", attention.headDim());
    }
    config.put("intermediate_size", stack.intermediateSize());
    config.put("rms_norm_eps", stack.normEpsilon());
    RotaryFields.write(Objects.requireNonNull(attention.rotary()), config);
    config.put("attention_dropout", 0.0);
    traits.write(stack, config);
    ends.ifPresent(texts -> HubConfig.write(texts, config));
    config.put("tie_word_embeddings", model.tied());
    if (mixture != null) {
      mixture.write(stack, model.router().orElseThrow(), config);
    }
  }

  @Override
  public Optional<String> refusal(PublishedModel model) {
    StackSize stack = model.stack();
    if (model.router().isPresent() != (mixture != null)) {
      return Optional.of(
          mixture == null ? "has no experts" : "has experts in a block, this run has none");
    }
    if (stack.activation() != ActivationFunction.SILU) {
      return Optional.of("has SiLU in its nets, this run " + stack.activation());
    }
    Rotary rotary = stack.attention().rotary();
    if (rotary == null) {
      return Optional.of("has rotary positions, this run has none");
    }
    Optional<String> ofBlock = traits.refusal(stack);
    return ofBlock.isPresent() || mixture == null
        ? ofBlock
        : mixture.refusal(stack, model.router().orElseThrow());
  }

  @Override
  public Optional<PublishedModel> describe(io.evomoe.training.Model<?> model) {
    if (!(model instanceof Llama llama)) {
      return Optional.empty();
    }
    EmbeddingSize embedding =
        EmbeddingSize.of(llama.config().vocabulary(), llama.config().positions());
    return Optional.of(
        new PublishedModel(
            modelType, embedding, llama.config().stack(), llama.config().tied(), Optional.empty()));
  }

  /**
   * If all blocks of the family have experts, a block without experts is written with equal ones.
   */
  @Override
  public PublishedModel fitted(PublishedModel model) {
    StackSize stack = model.stack();
    MoeForm moe = stack.moe();
    MoeForm form =
        mixture == null
            ? new MoeForm(
                1, NO_EXPERTS, 0, stack.intermediateSize(), new SharedExperts(0, 1, false))
            : mixture.everyBlock()
                ? new MoeForm(moe.experts(), 1, 0, moe.intermediateSize(), moe.shared())
                : moe;
    return new PublishedModel(
        modelType, model.embedding(), stack.with(s -> s.moe(form)), model.tied(), model.router());
  }

  @Override
  public WeightNames names(PublishedModel model, Set<String> tensors) {
    return new DecoderNames(model, mixture).names();
  }

  @Override
  public String place(int block) {
    return DecoderNames.LAYERS + block + ".mlp";
  }
}
