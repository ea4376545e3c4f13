package io.evomoe.models.gguf;

import java.util.List;

/** The supported architectures. */
final class GgufArchitectures {
  private static final List<GgufArchitecture> ALL =
      List.of(
          new Gpt2Architecture(),
          DecoderArchitecture.LLAMA,
          DecoderArchitecture.MISTRAL,
          DecoderArchitecture.MIXTRAL,
          DecoderArchitecture.QWEN3,
          DecoderArchitecture.QWEN3_MOE,
          DecoderArchitecture.QWEN2_MOE,
          DecoderArchitecture.OLMOE);

  private GgufArchitectures() {}

  /**
   * Returns the architecture of a model.
   *
   * @throws IllegalArgumentException with the reason if llama.cpp has none for it
   */
  static GgufArchitecture of(GgufConfig config) {
    String type = config.text("model_type", "");
    return ALL.stream()
        .filter(architecture -> architecture.modelType().equals(type))
        .findFirst()
        .orElseThrow(() -> refused(type, config));
  }

  private static IllegalArgumentException refused(String type, GgufConfig config) {
    String base = config.object("evomoe").text("base_model_type", type);
    String why =
        switch (base) {
          case "gpt2" -> "the gpt2 of llama.cpp has no experts; a run without (gate dense) has one";
          case "roberta" -> "llama.cpp continues texts, and a RoBERTa fills in masked tokens";
          case "transformer" -> "llama.cpp has no encoder-decoder with sinusoidal positions";
          default ->
              base.equals(type)
                  ? "llama.cpp's must be one of "
                      + ALL.stream().map(GgufArchitecture::modelType).toList()
                  : "those of llama.cpp are behind a softmax router of a fixed k, in every block";
        };
    return new IllegalArgumentException(
        "model_type %s cannot be written in format gguf: %s"
            .formatted(base.equals(type) ? type : base + " with experts", why));
  }
}
