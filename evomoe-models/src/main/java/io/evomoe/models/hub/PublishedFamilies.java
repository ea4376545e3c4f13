package io.evomoe.models.hub;

import io.evomoe.models.hub.DecoderTraits.Bias;
import io.evomoe.models.hub.DecoderTraits.Window;
import io.evomoe.models.hub.MixtureFields.Parts;
import io.evomoe.nn.QueryKeyNorm.Span;
import io.evomoe.training.Model;
import java.util.List;
import java.util.Optional;

/** The supported families. */
final class PublishedFamilies {
  /** The default: the heads share the hidden size of the model. */
  private static final List<PublishedFamily> ALL =
      List.of(
          new Gpt2Family(),
          new RobertaFamily(),
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
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, true, 4)));

  private PublishedFamilies() {}

  /** Returns all families, in the order in which they are tried. */
  static List<PublishedFamily> all() {
    return ALL;
  }

  /** Returns the family of a {@code model_type}. */
  static PublishedFamily named(String modelType) {
    return ALL.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model_type must be one of %s, was %s".formatted(modelTypes(), modelType)));
  }

  /** Returns all model types. */
  static List<String> modelTypes() {
    return ALL.stream().map(PublishedFamily::modelType).toList();
  }

  /** Returns our model in the form of the first family that publishes such models. */
  static PublishedModel describe(Model<?> model) {
    return ALL.stream()
        .map(family -> family.describe(model))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model must be one that is published as %s, was a %s"
                        .formatted(modelTypes(), model.getClass().getSimpleName())));
  }
}
