package io.evomoe.models.hub;

import io.evomoe.models.hub.DecoderTraits.Bias;
import io.evomoe.models.hub.DecoderTraits.Window;
import io.evomoe.models.hub.MixtureFields.Parts;
import io.evomoe.nn.QueryKeyNorm.Span;
import io.evomoe.nn.Rotary;
import io.evomoe.training.Model;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The supported families. */
final class PublishedFamilies {
  /** The default: the heads share the hidden size of the model. */
  private static final OptionalInt SHARED_WIDTH = OptionalInt.empty();

  private static final List<PublishedFamily> ALL =
      List.of(
          new Gpt2Family(),
          new RobertaFamily(),
          new DecoderFamily(
              "llama",
              new DecoderTraits(
                  "LlamaForCausalLM",
                  null,
                  Bias.BY_FLAGS,
                  SHARED_WIDTH,
                  true,
                  1e-6,
                  Rotary.DEFAULT_THETA,
                  Window.NONE),
              null),
          new DecoderFamily(
              "mistral",
              new DecoderTraits(
                  "MistralForCausalLM",
                  null,
                  Bias.NONE,
                  SHARED_WIDTH,
                  true,
                  1e-6,
                  Rotary.DEFAULT_THETA,
                  Window.BY_NULL),
              null),
          new DecoderFamily(
              "qwen3",
              new DecoderTraits(
                  "Qwen3ForCausalLM",
                  Span.HEAD,
                  Bias.BY_ATTENTION_FLAG,
                  OptionalInt.of(128),
                  true,
                  1e-6,
                  Rotary.DEFAULT_THETA,
                  Window.BY_FLAG),
              null),
          new DecoderFamily(
              "mixtral",
              new DecoderTraits(
                  "MixtralForCausalLM",
                  null,
                  Bias.NONE,
                  SHARED_WIDTH,
                  true,
                  1e-5,
                  1e6,
                  Window.BY_SIZE),
              new MixtureFields(
                  "num_local_experts", "block_sparse_moe", Parts.MIXTRAL, true, true, false, 2)),
          new DecoderFamily(
              "qwen3_moe",
              new DecoderTraits(
                  "Qwen3MoeForCausalLM",
                  Span.HEAD,
                  Bias.BY_ATTENTION_FLAG,
                  SHARED_WIDTH,
                  true,
                  1e-6,
                  Rotary.DEFAULT_THETA,
                  Window.BY_FLAG),
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, false, 8)),
          new DecoderFamily(
              "olmoe",
              new DecoderTraits(
                  "OlmoeForCausalLM",
                  Span.WHOLE,
                  Bias.BY_ATTENTION_FLAG,
                  SHARED_WIDTH,
                  false,
                  1e-5,
                  Rotary.DEFAULT_THETA,
                  Window.NONE),
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, true, null, false, 8)),
          new DecoderFamily(
              "qwen2_moe",
              new DecoderTraits(
                  "Qwen2MoeForCausalLM",
                  null,
                  Bias.QUERY_KEY_VALUE,
                  SHARED_WIDTH,
                  false,
                  1e-6,
                  Rotary.DEFAULT_THETA,
                  Window.BY_FLAG),
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
