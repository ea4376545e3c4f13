package io.evomoe.models.text;

/** Told how far long work on texts has come: learning a vocabulary from them, encoding them. */
@FunctionalInterface
public interface TextProgress {
  /** Tells nobody. */
  TextProgress NONE = (work, done, all) -> {};

  /**
   * Some of it was done.
   *
   * @param work a name for people, the same until the work is another one
   * @param done from 0 up to {@code all}
   * @param all above 0
   */
  void at(String work, long done, long all);
}
