package io.evomoe.bench.cli;

import io.evomoe.internal.names.Suggestion;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
      throw new ParameterException(commandLine, unknown(commandLine, word.get()));
    }
  }

  /** What is wrong with arguments: before all, what of them fits nowhere. */
  static String message(ParameterException e) {
    CommandLine commandLine = e.getCommandLine();
    // A required option that is mistyped is missing as well, and picocli says that alone.
    boolean isMissing = e instanceof MissingParameterException;
    Stream<String> unknown =
        isMissing || e instanceof UnmatchedArgumentException
            ? commandLine.getUnmatchedArguments().stream()
            : Stream.of();
    return unknown
        .filter(word -> !isMissing || word.startsWith("-"))
        .findFirst()
        .map(word -> unknown(commandLine, word))
        .orElse(String.valueOf(e.getMessage()));
  }

  private static String unknown(CommandLine commandLine, String word) {
    Set<String> commands = commandLine.getSubcommands().keySet();
    if (word.startsWith("-")) {
      Set<String> options = commandLine.getCommandSpec().optionsMap().keySet();
      return "unknown option " + word + Suggestion.text(word.replaceFirst("=.*", ""), options);
    }
    return commands.isEmpty()
        ? "unexpected argument " + word
        : "unknown command %s; commands are %s%s"
            .formatted(word, String.join(", ", commands), Suggestion.text(word, commands));
  }
}
