package io.evomoe.models.text;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A byte-level byte-pair vocabulary in GPT-2's order: first special tokens, bytes, merged tokens in
 * the order of their merges, last special tokens.
 */
public final class BytePairVocabulary {
  /** Spelling of the end-of-text token. */
  public static final String END_OF_TEXT = "<|endoftext|>";

  private final List<String> tokens;
  private final List<String> merges;
  private final SpecialTokens special;

  BytePairVocabulary(List<String> tokens, List<String> merges, SpecialTokens special) {
    this.tokens = List.copyOf(tokens);
    this.merges = List.copyOf(merges);
    this.special = special;
  }

  /** Returns the number of tokens, special ones included. */
  public int size() {
    return tokens.size() + special.size();
  }

  /** Returns the special tokens. */
  public SpecialTokens special() {
    return special;
  }

  /**
   * Returns the tokens in printable form and in the order of their ids, without the special ones.
   */
  public List<String> tokens() {
    return tokens;
  }

  /**
   * Returns the merges in the order they are applied, each {@code left right} in printable form.
   */
  public List<String> merges() {
    return merges;
  }

  /**
   * Writes {@code vocab.json}, {@code merges.txt} and {@code tokenizer.json} in the format of
   * Hugging Face's GPT-2 and RoBERTa tokenizers. The same vocabulary gives the same bytes.
   *
   * @param folder created if it does not exist; files of these names are replaced
   */
  public void save(Path folder) {
    ObjectNode ids = JsonNodeFactory.instance.objectNode();
    for (List<String> part : List.of(special.first(), tokens, special.last())) {
      part.forEach(token -> ids.put(token, ids.size()));
    }
    String tokenizer = TokenizerJson.compose(ids, merges).toString();
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(TokenizerJson.VOCABULARY), ids + "\n");
      Files.writeString(folder.resolve(TokenizerJson.MERGES), mergesFile());
      Files.writeString(folder.resolve(TokenizerJson.TOKENIZER), tokenizer + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer to " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  private String mergesFile() {
    StringBuilder lines = new StringBuilder(TokenizerJson.MERGES_HEADER).append('\n');
    merges.forEach(merge -> lines.append(merge).append('\n'));
    return lines.toString();
  }
}
