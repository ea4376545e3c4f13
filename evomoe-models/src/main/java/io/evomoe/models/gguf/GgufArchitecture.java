package io.evomoe.models.gguf;

import java.util.List;

/**
 * Converts models of one {@code model_type} for llama.cpp. {@link GgufArchitectures} lists the
 * implementations.
 */
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
  void describe(GgufConfig config, GgufMetadata metadata);

  /** Returns the rule of each published tensor; tensors without a rule are rejected. */
  List<TensorRule> rules(GgufConfig config);

  /** Returns tensors that are computed from the configuration. */
  default List<GgufTensor> computed(GgufConfig config) {
    return List.of();
  }

  /** Returns the number of tokens, which are the rows of the embedding. */
  default int vocabulary(GgufConfig config) {
    return config.whole("vocab_size");
  }

  /** Returns one sentence for each difference of llama.cpp's arithmetic. */
  default List<String> differences(GgufConfig config) {
    return List.of();
  }
}
