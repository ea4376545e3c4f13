package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.internal.tokenizer.AddedTokens;
import io.evomoe.models.internal.tokenizer.TextPieces;
import io.evomoe.models.internal.tokenizer.WordPieces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * BERT's WordPiece tokenizer in Hugging Face's {@code tokenizer.json}, with the ids of Hugging
 * Face's own library. It truncates nothing and adds nothing. {@link SpecialTokens#BEGIN} and the
 * other names of RoBERTa stand for BERT's tokens here, e.g. {@code <s>} for {@code [CLS]}.
 *
 * <p>Decoding returns tokens with spaces between words. Case, accents and white space of the text
 * are lost.
 *
 * <p>Thread-safe.
 */
public final class WordPieceTokenizer implements Tokenizer {
  private static final Map<String, String> BERT =
      Map.of(
          SpecialTokens.BEGIN, "[CLS]",
          SpecialTokens.END, "[SEP]",
          SpecialTokens.PADDING, "[PAD]",
          SpecialTokens.UNKNOWN, "[UNK]",
          SpecialTokens.MASK, "[MASK]");

  private final WordPieces pieces;
  private final List<String> tokens;
  private final AddedTokens added;
  private final boolean divisible;

  /**
   * Creates a tokenizer.
   *
   * @param tokenizer in the one-file form
   * @param folder of its file, for messages
   * @throws IllegalArgumentException if it has parts that BERT's has not, or lacks {@code [CLS]},
   *     {@code [SEP]} or {@code [PAD]}
   */
  WordPieceTokenizer(JsonNode tokenizer, Path folder) {
    this.pieces = WordPieces.read(tokenizer, folder);
    this.tokens = pieces.tokens();
    this.added = new AddedTokens(tokenizer, false, text -> text);
    this.divisible = TextPieces.changeNothing(tokenizer);
    List.of(SpecialTokens.BEGIN, SpecialTokens.END, SpecialTokens.PADDING)
        .forEach(this::requireSpecial);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate
   */
  @Override
  public int[] encode(String text) {
    Utf8Text.requireNoLoneSurrogate(text);
    IntStream.Builder ids = IntStream.builder();
    added.split(text, part -> pieces.encode(part, ids), ids);
    return ids.build().toArray();
  }

  @Override
  public int pieceEnd(String text, int start, int least) {
    return divisible ? TextPieces.end(text, start, least) : text.length();
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      if (id < 0 || id >= tokens.size()) {
        throw new IllegalArgumentException(
            "token id must be in 0..%d, was %d".formatted(tokens.size() - 1, id));
      }
      String token = tokens.get(id);
      boolean continues = token.startsWith(pieces.prefix()) && text.length() > 0;
      text.append(continues || text.length() == 0 ? "" : " ")
          .append(continues ? token.substring(pieces.prefix().length()) : token);
    }
    return text.toString();
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }

  /** Returns the id of {@code [SEP]}. */
  @Override
  public int endOfText() {
    return requireSpecial(SpecialTokens.END);
  }

  @Override
  public OptionalInt special(String token) {
    Integer id = pieces.special().get(BERT.getOrDefault(token, token));
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Set<Integer> specialIds() {
    return Set.copyOf(pieces.special().values());
  }
}
