package io.evomoe.bench.cli;

import java.util.Collection;
import picocli.CommandLine.Model.CommandSpec;

/** Options of a command line. */
final class GivenOptions {
  private GivenOptions() {}

  /**
   * Rejects options that would be left unheard.
   *
   * @param why the end of the message, after the name of the option
   */
  static void reject(CommandSpec command, String why, Collection<String> options) {
    for (String option : options) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(option + " " + why);
      }
    }
  }
}
