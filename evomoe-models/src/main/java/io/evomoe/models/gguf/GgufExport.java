package io.evomoe.models.gguf;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.text.TokenizerContents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A model of ours in one GGUF file, for llama.cpp and what is built on it: its published form
 * ({@link HubExport}) in llama.cpp's names and layouts, with its sizes and its tokenizer. Matrices
 * are in the type that is asked for; vectors, norms, routers and learned positions in float32, as
 * llama.cpp's own converter has them.
 */
public final class GgufExport {
  /** {@code GGML_QNT_VERSION}. */
  private static final int QUANTIZATION_VERSION = 2;

  private final HubExport published;
  private final GgufConfig config;
  private final GgufArchitecture architecture;
  private final GgufVocabulary vocabulary;

  private GgufExport(HubExport published, Path tokenizer) {
    this.published = published;
    this.config = new GgufConfig(published.config());
    this.architecture = GgufArchitectures.of(config);
    this.vocabulary =
        GgufVocabulary.of(TokenizerContents.read(tokenizer))
            .filledUpTo(architecture.vocabulary(config));
  }

  /**
   * A model with its tokenizer.
   *
   * @param tokenizer folder with its files
   * @throws IllegalArgumentException if llama.cpp has no architecture for the model, saying why, or
   *     the tokenizer has more tokens than the model
   */
  public static GgufExport of(HubExport published, Path tokenizer) {
    return new GgufExport(published, tokenizer);
  }

  /** Where llama.cpp computes in another way, a sentence each; mostly none. */
  public List<String> differences() {
    return architecture.differences(config);
  }

  /**
   * Writes the file, one tensor after the other.
   *
   * @param file that does not exist
   * @param name of the model, for people
   * @param type of matrices; of those whose rows are not whole blocks of 32, F16 instead of Q8_0
   * @return number of tensors
   * @throws IllegalArgumentException for a tensor or a number in the configuration that llama.cpp
   *     has no place for
   */
  public int write(Path file, String name, GgufType type) {
    GgufMetadata metadata = new GgufMetadata();
    metadata.text("general.architecture", architecture.name());
    metadata.text("general.type", "model");
    metadata.text("general.name", name);
    metadata.uint32("general.file_type", type.fileType());
    metadata.uint32("general.quantization_version", QUANTIZATION_VERSION);
    metadata.uint32("general.alignment", GgufWriter.ALIGNMENT);
    architecture.describe(config, metadata);
    vocabulary.describe(metadata);
    List<GgufTensor> tensors = GgufTensors.of(architecture, config, published.tensors(), type);
    try {
      GgufWriter.write(file, metadata, tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + IoReason.of(e, file), e);
    }
    return tensors.size();
  }
}
