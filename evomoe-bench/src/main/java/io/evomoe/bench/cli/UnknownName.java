package io.evomoe.bench.cli;

import io.evomoe.internal.names.Suggestion;
import java.util.Collection;
import java.util.Optional;
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
    Optional<String> word =
        isMissing || e instanceof UnmatchedArgumentException
            ? commandLine.getUnmatchedArguments().stream()
                .filter(one -> !isMissing || one.startsWith("-"))
                .findFirst()
            : Optional.empty();
    return word.map(one -> message(one, commandLine)).orElse(String.valueOf(e.getMessage()));
  }

  private static String message(String word, CommandLine commandLine) {
    if (word.startsWith("-")) {
      return "unknown option " + word + suggestion(word, commandLine);
    }
    return commandLine.getSubcommands().isEmpty()
        ? "unexpected argument " + word
        : command(commandLine, word);
  }

  private static String command(CommandLine commandLine, String word) {
    Collection<String> known = commandLine.getSubcommands().keySet();
    return "unknown command %s; commands are %s%s"
        .formatted(word, String.join(", ", known), Suggestion.text(word, known));
  }

  private static String suggestion(String option, CommandLine commandLine) {
    return Suggestion.text(
        option.replaceFirst("=.*", ""), commandLine.getCommandSpec().optionsMap().keySet());
  }
}
