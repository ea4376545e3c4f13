package io.evomoe.models.gguf;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.text.ChatTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Exports a model to one GGUF file for llama.cpp and programs based on it. The file has the
 * published form ({@link HubExport}) in llama.cpp's names and layouts, with sizes and tokenizer.
 * Matrices have the requested type. Vectors, norms, routers and learned positions are float32, as
 * in llama.cpp's own converter.
 */
public final class GgufExport {
  /** {@code GGML_QNT_VERSION}. */
  private static final int QUANTIZATION_VERSION = 2;

  private final HubExport published;
  private final PublishedModel model;
  private final GgufArchitecture architecture;
  private final GgufVocabulary vocabulary;
  private final Optional<ChatTemplate> chat;

  /**
   * Prepares the export of a model with its tokenizer.
   *
   * @param tokenizer folder with its files
   * @throws IllegalArgumentException with the reason if llama.cpp has no architecture for the
   *     model, or if the tokenizer has more tokens than the model
   */
  public GgufExport(HubExport published, Path tokenizer) {
    this.published = published;
    this.model = published.model().orElseThrow(() -> refused(published));
    this.architecture = GgufArchitecture.of(model);
    this.vocabulary =
        GgufVocabulary.of(TokenizerContents.read(tokenizer))
            .filledUpTo(model.config().vocabulary());
    this.chat = ChatTemplate.in(tokenizer);
  }

  private static IllegalArgumentException refused(HubExport published) {
    String base = published.config().path("evomoe").path("base_model_type").asText();
    return GgufArchitecture.refused(base, " with experts");
  }

  /** Returns whether llama.cpp has an architecture that computes a model. */
  public static boolean isSupported(PublishedModel model) {
    try {
      GgufArchitecture.of(model).describe(model, new GgufMetadata());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns one sentence for each difference of llama.cpp's computation; mostly empty. */
  public List<String> differences() {
    return architecture.differences(model);
  }

  /**
   * Writes the file, one tensor after the other.
   *
   * @param file must not exist
   * @param name name of the model, for the user
   * @param type type of matrices; if rows are not whole blocks of 32, F16 replaces Q8_0
   * @return number of tensors
   * @throws IllegalArgumentException for a tensor or a number in the configuration that llama.cpp
   *     does not support
   */
  public int write(Path file, String name, GgufType type) {
    GgufMetadata metadata = new GgufMetadata();
    metadata.text("general.architecture", architecture.name());
    metadata.text("general.type", "model");
    metadata.text("general.name", name);
    metadata.uint32("general.file_type", type.fileType());
    metadata.uint32("general.quantization_version", QUANTIZATION_VERSION);
    metadata.uint32("general.alignment", GgufWriter.ALIGNMENT);
    architecture.describe(model, metadata);
    vocabulary.describe(metadata);
    chat.ifPresent(template -> metadata.text("tokenizer.chat_template", template.source()));
    List<GgufTensor> tensors = GgufTensor.of(architecture, model, published.tensors(), type);
    try {
      GgufWriter.write(file, metadata, tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + IoReason.of(e, file), e);
    }
    return tensors.size();
  }
}
