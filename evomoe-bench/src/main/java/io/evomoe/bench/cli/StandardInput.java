package io.evomoe.bench.cli;

/** Text that is piped into a command. */
final class StandardInput {
  /** Set by the launcher when standard input is a terminal. */
  private static final String TERMINAL = "evomoe.input.terminal";

  private StandardInput() {}

  /**
   * All of standard input, without the last line end; empty where it is a terminal, on which nobody
   * was asked for anything.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  static String piped() {
    if (Boolean.getBoolean(TERMINAL)) {
      return "";
    }
    Utf8Lines lines = new Utf8Lines(System.in, "standard input");
    return String.join("\n", lines.next(Integer.MAX_VALUE));
  }
}
