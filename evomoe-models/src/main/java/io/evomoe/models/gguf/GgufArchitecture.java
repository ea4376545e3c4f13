package io.evomoe.models.gguf;

import java.util.List;

/**
 * How models of one {@code model_type} are told to llama.cpp. One class a kind, listed in {@link
 * GgufArchitectures}.
 */
interface GgufArchitecture {

  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** {@code general.architecture}, with which keys begin. */
  String name();

  /**
   * Adds sizes and constants.
   *
   * @throws IllegalArgumentException for what llama.cpp computes in another way, naming the field
   */
  void describe(GgufConfig config, GgufMetadata metadata);

  /** Where each published tensor goes; one that no rule takes is refused. */
  List<TensorRule> rules(GgufConfig config);

  /** Tensors that are computed from the configuration. */
  default List<GgufTensor> computed(GgufConfig config) {
    return List.of();
  }

  /** Tokens of the model, the rows of its embedding. */
  default int vocabulary(GgufConfig config) {
    return config.whole("vocab_size");
  }

  /** Where llama.cpp's arithmetic differs, a sentence each. */
  default List<String> differences(GgufConfig config) {
    return List.of();
  }
}
