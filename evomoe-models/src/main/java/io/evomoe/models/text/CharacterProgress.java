package io.evomoe.models.text;

/** Work on texts, text after text, counted in characters. */
final class CharacterProgress {
  private final String work;
  private final TextProgress told;
  private final long all;
  private long done;

  CharacterProgress(String work, Iterable<String> texts, TextProgress told) {
    this.work = work;
    this.told = told;
    long characters = 0;
    for (String text : texts) {
      characters += text.length();
    }
    this.all = characters;
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
