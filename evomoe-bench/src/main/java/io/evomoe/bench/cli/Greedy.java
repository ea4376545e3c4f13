package io.evomoe.bench.cli;

import picocli.CommandLine.Model.CommandSpec;

/** {@code --greedy}, beside which options that it overrules would be left unheard. */
final class Greedy {
  private Greedy() {}

  /**
   * Rejects options of a command line that has {@code --greedy}.
   *
   * @param command that was called with it
   */
  static void requireAlone(CommandSpec command, String... overruled) {
    for (String option : overruled) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(option + " cannot be given with --greedy");
      }
    }
  }
}
