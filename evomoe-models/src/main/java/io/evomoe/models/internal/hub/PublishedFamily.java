package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.hub.DecoderTraits.Bias;
import io.evomoe.models.internal.hub.DecoderTraits.Window;
import io.evomoe.models.internal.hub.MixtureFields.Parts;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm.Span;
import io.evomoe.training.Model;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The details of a family of published models. */
public interface PublishedFamily {

  /**
   * The published names of a model's weights.
   *
   * @param rules one for each of our parameters
   * @param ties tensors that repeat another one, by name
   * @param unused names of tensors that no output depends on; they are kept for a later export
   * @param headless whether the files lack our model's head, which then keeps its initial values
   */
  record WeightNames(
      List<WeightRule> rules, Map<String, String> ties, Pattern unused, boolean headless) {

    public WeightNames {
      rules = List.copyOf(rules);
    }

    /** Creates the names of a model with its head. */
    WeightNames(List<WeightRule> rules, Map<String, String> ties, Pattern unused) {
      this(rules, ties, unused, false);
    }
  }

  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** Our class for the family's models. */
  Class<? extends Model<?>> modelClass();

  /**
   * Reads a configuration.
   *
   * @throws IllegalArgumentException for an unsupported model, naming the field
   */
  PublishedModel read(ConfigFields fields);

  /**
   * Writes all fields of a configuration except {@code model_type}.
   *
   * @param ends tokens that begin and end its texts, if they are known
   */
  void write(PublishedModel model, Optional<HubRequest.TextEnds> ends, ObjectNode config);

  /** Returns a model of {@link #modelClass} in the family's form. */
  PublishedModel describe(Model<?> model);

  /** Whether models of the family are mixtures of experts. */
  default boolean hasExperts() {
    return false;
  }

  /**
   * Returns the reason why a model of its class does not fit, to follow the family's name; empty if
   * it fits.
   *
   * @param model in its form, with the router of all the model's mixtures
   */
  default Optional<String> refusal(PublishedModel model) {
    return model.router().isPresent()
        ? Optional.of("has no experts, this run has")
        : Optional.empty();
  }

  /** Returns the form of a model that fits, with MoE blocks if the family has them. */
  default PublishedModel fitted(PublishedModel model) {
    return model;
  }

  /**
   * Adds published tensors that our model may lack.
   *
   * @param parameters of the model in float32, by name
   * @param model in its published form
   */
  default void complete(Map<String, INDArray> parameters, PublishedModel model) {}

  /**
   * Returns the names of all weights.
   *
   * @param tensors existing names, if they may have different prefixes; empty for the names of the
   *     family's library
   */
  WeightNames names(PublishedModel model, Set<String> tensors);

  /** Returns the supported families, in the order in which they are tried. */
  static List<PublishedFamily> all() {
    return List.of(
        new Gpt2Family(),
        EncoderFamily.ROBERTA,
        new DecoderFamily(
            "llama", DecoderTraits.of("LlamaForCausalLM", Bias.BY_FLAGS, Window.NONE), null),
        new DecoderFamily(
            "mistral", DecoderTraits.of("MistralForCausalLM", Bias.NONE, Window.BY_NULL), null),
        new DecoderFamily(
            "qwen3",
            DecoderTraits.of("Qwen3ForCausalLM", Bias.BY_ATTENTION_FLAG, Window.BY_FLAG)
                .with(t -> t.queryKeyNorm(Span.HEAD).headWidthByDefault(128)),
            null),
        new DecoderFamily(
            "mixtral",
            DecoderTraits.of("MixtralForCausalLM", Bias.NONE, Window.BY_SIZE)
                .with(t -> t.epsilon(1e-5).theta(1e6)),
            new MixtureFields(
                "num_local_experts", "block_sparse_moe", Parts.MIXTRAL, true, true, false, 2)),
        new DecoderFamily(
            "qwen3_moe",
            DecoderTraits.of("Qwen3MoeForCausalLM", Bias.BY_ATTENTION_FLAG, Window.BY_FLAG)
                .withQueryKeyNorm(Span.HEAD),
            new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, false, 8)),
        new DecoderFamily(
            "olmoe",
            DecoderTraits.of("OlmoeForCausalLM", Bias.BY_ATTENTION_FLAG, Window.NONE)
                .with(t -> t.queryKeyNorm(Span.WHOLE).writesHeadWidth(false).epsilon(1e-5)),
            new MixtureFields("num_experts", "mlp", Parts.LLAMA, true, null, false, 8)),
        new DecoderFamily(
            "qwen2_moe",
            DecoderTraits.of("Qwen2MoeForCausalLM", Bias.QUERY_KEY_VALUE, Window.BY_FLAG)
                .withWritesHeadWidth(false),
            new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, true, 4)),
        EncoderFamily.BERT);
  }

  /** Returns the family of a {@code model_type}. */
  static PublishedFamily named(String modelType) {
    return all().stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model_type must be one of %s, was %s".formatted(modelTypes(), modelType)));
  }

  /** Returns all model types. */
  static List<String> modelTypes() {
    return all().stream().map(PublishedFamily::modelType).toList();
  }

  /** Returns the first family that publishes such models. */
  static PublishedFamily of(Model<?> model) {
    return all().stream()
        .filter(family -> family.modelClass().isInstance(model))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model must be one that is published as %s, was a %s"
                        .formatted(modelTypes(), model.getClass().getSimpleName())));
  }
}
