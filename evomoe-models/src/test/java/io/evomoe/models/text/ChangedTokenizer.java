package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer in a folder, whose file a test changes before it is loaded. */
abstract class ChangedTokenizer {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String TEXT = "the cat and the hat, a".repeat(3);

  @TempDir Path folder;
  Path file;
  ObjectNode tokenizer;

  @BeforeEach
  void write_a_tokenizer() throws IOException {
    BytePairVocabulary.train(List.of(TEXT), 262, SpecialTokens.ROBERTA, TextProgress.NONE)
        .save(folder);
    file = folder.resolve("tokenizer.json");
    tokenizer = (ObjectNode) JSON.readTree(file.toFile());
  }

  final ObjectNode model() {
    return (ObjectNode) tokenizer.get("model");
  }

  final void assertRefused(String says) throws IOException {
    Files.writeString(file, tokenizer.toString());
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }
}
