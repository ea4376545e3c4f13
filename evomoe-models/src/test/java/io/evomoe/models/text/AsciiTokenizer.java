package io.evomoe.models.text;

import java.util.Map;
import java.util.OptionalInt;

/** One token a character, with RoBERTa's special tokens: character c has id 4 + c. */
public class AsciiTokenizer implements Tokenizer {
  /** Id of {@code <mask>}, the last. */
  public static final int MASK = 132;

  private static final Map<String, Integer> SPECIAL =
      Map.of("<s>", 0, "<pad>", 1, "</s>", 2, "<unk>", 3, "<mask>", MASK);

  @Override
  public int[] encode(String text) {
    return text.chars().map(c -> c + 4).toArray();
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append((char) (id - 4));
    }
    return text.toString();
  }

  @Override
  public int vocabularySize() {
    return MASK + 1;
  }

  @Override
  public int endOfText() {
    return 2;
  }

  @Override
  public OptionalInt special(String token) {
    Integer id = SPECIAL.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
