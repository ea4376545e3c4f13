package org.example;

import io.evomoe.models.text.Tokenizer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A tokenizer of ASCII characters; others become a question mark. Token 0 ends a text. */
public final class Characters implements Tokenizer {
  private static final int LAST = 127;

  @Override
  public int[] encode(String text) {
    return text.chars().map(c -> c > 0 && c <= LAST ? c : '?').toArray();
  }

  @Override
  public String decode(int[] ids) {
    return IntStream.of(ids)
        .filter(id -> id > 0)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  @Override
  public int vocabularySize() {
    return LAST + 1;
  }

  @Override
  public int endOfText() {
    return 0;
  }
}
