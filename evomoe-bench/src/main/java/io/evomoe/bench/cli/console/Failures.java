package io.evomoe.bench.cli.console;

import io.evomoe.internal.names.Suggestion;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what goes wrong into one line and an exit code. */
public final class Failures {
  public static final int FAILED = 1;
  private static final int DONE = 0;
  private static final int WRONG_INPUT = 2;
  private static final int INTERRUPTED = 130;

  private Failures() {}

  public static int wrongUsage(ParameterException e, String[] arguments) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    print("%s (see %s --help)".formatted(message(e), command));
    return WRONG_INPUT;
  }

  public static int failed(Exception e, CommandLine commandLine, ParseResult parsed) {
    Verbosity.trace(e);
    if (e instanceof GracefulStop.StoppedException) {
      return INTERRUPTED;
    }
    if (e instanceof StandardOutput.LostException) {
      return DONE; // unless StandardOutput knows more
    }
    print(e.getMessage() == null ? e.toString() : e.getMessage());
    return e instanceof IllegalArgumentException ? WRONG_INPUT : FAILED;
  }

  public static int outOfMemory(OutOfMemoryError e) {
    Verbosity.trace(e);
    print("not enough memory: " + e.getMessage());
    return FAILED;
  }

  /** A gate that the class path names and does not have, or that was built for another version. */
  public static int brokenJar(Error e) {
    Verbosity.trace(e);
    print("a class on the class path cannot be used: " + e.getMessage());
    return WRONG_INPUT;
  }

  private static void print(@Nullable String message) {
    System.err.println("evomoe: " + String.valueOf(message).lines().findFirst().orElse("failed"));
  }

  /**
   * Rejects a word in the place of a command: beside {@code --help}, which asks for no parsing,
   * too.
   */
  public static void rejectCommand(ParseResult parsed) {
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
  private static String message(ParameterException e) {
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
