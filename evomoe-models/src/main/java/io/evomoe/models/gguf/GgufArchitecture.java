package io.evomoe.models.gguf;

import io.evomoe.models.hub.PublishedModel;
import java.util.List;

/** Converts models of one {@code model_type} for llama.cpp. */
interface GgufArchitecture {
  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** The {@code general.architecture}, with which keys begin. */
  String name();

  /**
   * Adds sizes and constants.
   *
   * @throws IllegalArgumentException if llama.cpp computes something differently, naming the field
   */
  void describe(PublishedModel model, GgufMetadata metadata);

  /**
   * Returns the conversion of a published tensor.
   *
   * @param name in GGUF
   */
  TensorLayout layout(PublishedModel model, String name);

  /** Whether the head is the token table, which the file must have again as the head. */
  boolean repeatsHead(PublishedModel model);

  /** Returns tensors that are computed from the configuration. */
  default List<GgufTensor> computed(PublishedModel model) {
    return List.of();
  }

  /** Returns one sentence for each difference of llama.cpp's arithmetic. */
  default List<String> differences(PublishedModel model) {
    return List.of();
  }

  /** Returns the supported architectures. */
  static List<GgufArchitecture> all() {
    return List.of(
        new Gpt2Architecture(),
        new DecoderArchitecture("llama", "llama", true, true, false, false, false),
        new DecoderArchitecture("mistral", "llama", true, true, false, false, false),
        new DecoderArchitecture("mixtral", "llama", true, false, false, true, false),
        new DecoderArchitecture("qwen3", "qwen3", false, false, false, false, false),
        new DecoderArchitecture("qwen3_moe", "qwen3moe", false, false, false, true, true),
        new DecoderArchitecture("qwen2_moe", "qwen2moe", false, true, true, false, true),
        new DecoderArchitecture("olmoe", "olmoe", false, false, true, false, false));
  }

  /**
   * Returns the architecture of a model.
   *
   * @throws IllegalArgumentException with the reason if llama.cpp has none for it
   */
  static GgufArchitecture of(PublishedModel model) {
    return all().stream()
        .filter(architecture -> architecture.modelType().equals(model.modelType()))
        .findFirst()
        .orElseThrow(() -> refused(model.modelType(), ""));
  }

  /**
   * Returns the error for a model that llama.cpp does not have.
   *
   * @param base its {@code model_type}, or the one that it would have without experts
   * @param experts the end of a sentence that begins with the base
   */
  static IllegalArgumentException refused(String base, String experts) {
    String why =
        switch (base) {
          case "gpt2" ->
              "the gpt2 of llama.cpp has no experts: train with --for gguf, or use convert --merge all";
          case "roberta" -> "llama.cpp continues texts, and a RoBERTa fills in masked tokens";
          case "transformer" -> "llama.cpp has no encoder-decoder with sinusoidal positions";
          default ->
              "those of llama.cpp are behind a softmax router of a fixed k: train with --for gguf";
        };
    return new IllegalArgumentException(
        "model_type %s cannot be written in format gguf: %s".formatted(base + experts, why));
  }

  /** Returns the error for a value that llama.cpp would compute differently. */
  static IllegalArgumentException bad(String field, String wanted, Object was) {
    return new IllegalArgumentException(
        "config.json: %s must be %s for format gguf, was %s".formatted(field, wanted, was));
  }
}
