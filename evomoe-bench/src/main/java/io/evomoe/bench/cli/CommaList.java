package io.evomoe.bench.cli;

/** Options that take a list. */
final class CommaList {
  /** What separates entries: a comma, with blanks around it or without. */
  static final String COMMA = "\\s*,\\s*";

  private CommaList() {}
}
