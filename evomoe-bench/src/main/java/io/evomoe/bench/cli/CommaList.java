package io.evomoe.bench.cli;

/** Options that take a list. */
final class CommaList {
  /** What separates entries: a comma, with blanks around it or without. */
  static final String COMMA = "\\s*,\\s*";

  /** What help and man pages show in its place. */
  static final String LABEL = ",";

  private CommaList() {}
}
