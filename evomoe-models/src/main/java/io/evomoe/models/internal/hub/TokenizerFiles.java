package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.internal.tokenizer.TokenizerJson;
import io.evomoe.models.internal.tokenizer.WordPieces;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The tokenizer's files of a published model. */
public final class TokenizerFiles {
  private static final List<String> VOCABULARIES = List.of("tokenizer.json", "vocab.json");
  private static final String MERGES = "merges.txt";
  private static final Pattern MERGE = Pattern.compile("\\S+ \\S+|#version.*|");
  private static final List<String> COPIED =
      List.of(
          "tokenizer.json",
          "vocab.json",
          MERGES,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          ChatTemplate.FILE);

  private TokenizerFiles() {}

  /** Returns the tokenizer files in a folder; {@link #copy} copies only these. */
  public static List<Path> in(Path folder) {
    return COPIED.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
  }

  /**
   * Whether a folder has a tokenizer.
   *
   * @throws IllegalArgumentException if it has one of another kind
   */
  public static boolean isIn(Path folder) {
    if (VOCABULARIES.stream().anyMatch(name -> Files.exists(folder.resolve(name)))) {
      return true;
    }
    TokenizerContents.refuseOtherKinds(folder);
    return false;
  }

  /**
   * Rejects a tokenizer whose ids do not fit the model, or with a file that is a link out of its
   * folder.
   *
   * @param folder with a tokenizer
   */
  public static void requireFit(Path folder, PublishedModel model) {
    COPIED.forEach(name -> FileTree.requireInside(folder.resolve(name)));
    Tokenizer tokenizer = Tokenizer.load(folder);
    int vocabulary = model.config().vocabulary();
    if (tokenizer.vocabularySize() > vocabulary) {
      throw new IllegalArgumentException(
          "tokenizer in %s must have at most the %d tokens of the model, has %d"
              .formatted(folder, vocabulary, tokenizer.vocabularySize()));
    }
    OptionalInt padding = tokenizer.special(SpecialTokens.PADDING);
    int wanted = model.config().positionOffset() - 1;
    if (wanted >= 0 && padding.isPresent() && padding.getAsInt() != wanted) {
      throw new IllegalArgumentException(
          "tokenizer in %s must have %s as token %d, the model's pad_token_id, has it as %d"
              .formatted(folder, SpecialTokens.PADDING, wanted, padding.getAsInt()));
    }
  }

  /**
   * Copies all files of a tokenizer for other programs. If the files name no class, and texts begin
   * with no token, it adds a {@code tokenizer_config.json}. Otherwise transformers would select
   * Llama's class by the model's type, which adds a token before each text.
   *
   * @param into created if it does not exist
   */
  public static void publish(Path folder, Path into) {
    copy(folder, into);
    Path config = into.resolve("tokenizer_config.json");
    if (Files.exists(config) || !isIn(into)) {
      return;
    }
    JsonNode json = TokenizerJson.read(into);
    if (WordPieces.isIn(json)) {
      return;
    }
    TokenizerContents contents = TokenizerContents.of(json, into);
    if (contents.begin().isPresent()) {
      return;
    }
    String end = contents.tokens().get(contents.end()).text();
    ObjectNode fields =
        JsonNodeFactory.instance
            .objectNode()
            .put("tokenizer_class", "PreTrainedTokenizerFast")
            .put("eos_token", end)
            .put("clean_up_tokenization_spaces", false);
    try {
      JsonFile.write(config, fields);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + config + ": " + IoReason.of(e, config), e);
    }
  }

  /**
   * Deletes all files of a tokenizer, so that none of them mixes with those of the next.
   *
   * @param folder must exist
   */
  public static void delete(Path folder) throws IOException {
    for (String name : COPIED) {
      Files.deleteIfExists(folder.resolve(name));
    }
  }

  /**
   * Replaces the tokenizer files of a folder by those of another. Only JSON, merges and a chat
   * template are copied, because a downloaded folder may have any file by these names.
   *
   * @param into created if it does not exist
   * @throws IllegalArgumentException for a file with other content, or a link out of its folder
   */
  public static void copy(Path folder, Path into) {
    try {
      Files.createDirectories(into);
      delete(into);
      for (String name : COPIED) {
        Path file = folder.resolve(name);
        if (Files.exists(file) && name.equals(MERGES)) {
          copyMerges(file, into.resolve(name));
        } else if (Files.exists(file) && name.equals(ChatTemplate.FILE)) {
          FileTree.requireInside(file);
          ChatTemplate.in(folder).orElseThrow().write(into);
        } else if (Files.exists(file)) {
          JsonFile.copy(file, into.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot copy the tokenizer to " + into + ": " + IoReason.of(e, into), e);
    }
  }

  private static void copyMerges(Path file, Path into) throws IOException {
    String text = Utf8Text.read(FileTree.requireInside(file));
    for (String line : text.lines().toList()) {
      if (!MERGE.matcher(line).matches()) {
        throw new IllegalArgumentException(
            "%s must have two tokens a line with a space between, has %s"
                .formatted(file, Excerpt.of(line)));
      }
    }
    Files.writeString(into, text);
  }
}
