package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rejects unsupported kinds of tokenizers by name. */
public final class UnreadTokenizers {
  private static final String SENTENCE_PIECE = "SentencePiece";
  private static final Map<String, String> FILES = new LinkedHashMap<>();

  static {
    FILES.put("vocab.txt", "WordPiece");
    FILES.put("spiece.model", SENTENCE_PIECE);
    FILES.put("tokenizer.model", SENTENCE_PIECE);
    FILES.put("sentencepiece.bpe.model", SENTENCE_PIECE);
  }

  private UnreadTokenizers() {}

  /**
   * Rejects a folder without {@code tokenizer.json} and {@code vocab.json}, if it has the files of
   * another kind.
   *
   * @throws IllegalArgumentException naming the file, its kind and the supported kinds
   */
  public static void refuseByFile(Path folder) {
    FILES.forEach(
        (name, kind) -> {
          if (Files.exists(folder.resolve(name))) {
            throw refusal(folder, kind, name);
          }
        });
  }

  /**
   * Rejects SentencePiece tokenizers: a unigram model, or byte pairs of characters with byte
   * fallback.
   *
   * @param tokenizer in the one-file form
   * @param source for messages
   */
  static void refuseByModel(JsonNode tokenizer, Object source) {
    JsonNode model = tokenizer.path("model");
    if (model.path("type").asText("").equals("Unigram")) {
      throw refusal(source, SENTENCE_PIECE, "model.type Unigram");
    }
    if (model.path("byte_fallback").asBoolean()) {
      throw refusal(source, SENTENCE_PIECE, "model.byte_fallback true");
    }
  }

  private static IllegalArgumentException refusal(Object source, String kind, String sign) {
    return new IllegalArgumentException(
        ("%s must have a byte-level BPE tokenizer, as GPT-2, RoBERTa, GPT-NeoX, Llama 3 and Qwen2"
                + " have it (tokenizer.json, or vocab.json and merges.txt), %s tokenizers are not"
                + " read, has %s")
            .formatted(source, kind, sign));
  }
}
