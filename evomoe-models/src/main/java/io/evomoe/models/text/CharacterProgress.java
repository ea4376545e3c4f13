package io.evomoe.models.text;

/** Progress through several texts, counted in characters. */
final class CharacterProgress {
  private final String work;
  private final TextProgress told;
  private final long all;
  private long done;

  CharacterProgress(String work, Iterable<String> texts, TextProgress told) {
    this(work, length(texts), told);
  }

  CharacterProgress(String work, long all, TextProgress told) {
    this.work = work;
    this.all = all;
    this.told = told;
  }

  private static long length(Iterable<String> texts) {
    long characters = 0;
    for (String text : texts) {
      characters += text.length();
    }
    return characters;
  }

  void after(String text) {
    after(text.length());
  }

  void after(int characters) {
    if (characters > 0) {
      done += characters;
      told.at(work, done, all);
    }
  }
}
