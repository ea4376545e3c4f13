package io.evomoe.models.hub;

import io.evomoe.models.hub.DecoderTraits.Bias;
import io.evomoe.models.hub.MixtureFields.Parts;
import io.evomoe.nn.QueryKeyNorm.Span;
import io.evomoe.training.Model;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The families that are read and written. */
final class PublishedFamilies {
  private static final List<PublishedFamily> ALL =
      List.of(
          new Gpt2Family(),
          new RobertaFamily(),
          decoder("llama", "LlamaForCausalLM", null, Bias.BY_FLAGS, true, null),
          decoder("mistral", "MistralForCausalLM", null, Bias.NONE, true, null),
          new DecoderFamily(
              "qwen3",
              new DecoderTraits(
                  "Qwen3ForCausalLM",
                  Span.HEAD,
                  Bias.BY_ATTENTION_FLAG,
                  OptionalInt.of(128),
                  true,
                  1e-6,
                  false),
              null),
          decoder(
              "mixtral",
              "MixtralForCausalLM",
              null,
              Bias.NONE,
              true,
              new MixtureFields(
                  "num_local_experts", "block_sparse_moe", Parts.MIXTRAL, true, true, false, 2)),
          decoder(
              "qwen3_moe",
              "Qwen3MoeForCausalLM",
              Span.HEAD,
              Bias.BY_ATTENTION_FLAG,
              true,
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, false, 8)),
          decoder(
              "olmoe",
              "OlmoeForCausalLM",
              Span.WHOLE,
              Bias.BY_ATTENTION_FLAG,
              false,
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, true, null, false, 8)),
          decoder(
              "qwen2_moe",
              "Qwen2MoeForCausalLM",
              null,
              Bias.QUERY_KEY_VALUE,
              false,
              new MixtureFields("num_experts", "mlp", Parts.LLAMA, false, null, true, 4)));

  private static DecoderFamily decoder(
      String modelType,
      String architecture,
      @Nullable Span norm,
      Bias bias,
      boolean headWidth,
      @Nullable MixtureFields mixture) {
    double epsilon = modelType.equals("mixtral") || modelType.equals("olmoe") ? 1e-5 : 1e-6;
    DecoderTraits traits =
        new DecoderTraits(architecture, norm, bias, OptionalInt.empty(), headWidth, epsilon, false);
    return new DecoderFamily(modelType, traits, mixture);
  }

  private PublishedFamilies() {}

  /** All of them, in the order in which they are tried. */
  static List<PublishedFamily> all() {
    return ALL;
  }

  /** By its {@code model_type}. */
  static PublishedFamily named(String modelType) {
    return ALL.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model_type must be one of %s, was %s".formatted(modelTypes(), modelType)));
  }

  /** All model types. */
  static List<String> modelTypes() {
    return ALL.stream().map(PublishedFamily::modelType).toList();
  }

  /** A model of ours in the form of the first family that publishes such. */
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
