package io.evomoe.bench.cli;

import io.evomoe.internal.names.Suggestion;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Commands and options that there are not. */
final class UnknownName {

  private UnknownName() {}

  /**
   * Rejects a word in the place of a command: beside {@code --help}, which asks for no parsing,
   * too.
   */
  static void rejectCommand(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    CommandLine commandLine = last.commandSpec().commandLine();
    Optional<String> word = last.unmatched().stream().filter(w -> !w.startsWith("-")).findFirst();
    if (word.isPresent() && !commandLine.getSubcommands().isEmpty()) {
      throw new ParameterException(commandLine, command(commandLine, word.get()));
    }
  }

  /** What is wrong with arguments: before all, what of them fits nowhere. */
  static String message(ParameterException e) {
    CommandLine commandLine = e.getCommandLine();
    // A required option that is mistyped is missing as well, and picocli says that alone.
    boolean isMissing = e instanceof MissingParameterException;
    if (!isMissing && !(e instanceof UnmatchedArgumentException)) {
      return String.valueOf(e.getMessage());
    }
    for (String word : commandLine.getUnmatchedArguments()) {
      if (word.startsWith("-")) {
        Set<String> known = commandLine.getCommandSpec().optionsMap().keySet();
        return "unknown option " + word + Suggestion.text(word.replaceFirst("=.*", ""), known);
      } else if (!isMissing) {
        return commandLine.getSubcommands().isEmpty()
            ? "unexpected argument " + word
            : command(commandLine, word);
      }
    }
    return String.valueOf(e.getMessage());
  }

  private static String command(CommandLine commandLine, String word) {
    Set<String> known = commandLine.getSubcommands().keySet();
    return "unknown command %s; commands are %s%s"
        .formatted(word, String.join(", ", known), Suggestion.text(word, known));
  }
}
