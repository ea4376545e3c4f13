package io.evomoe.bench.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what goes wrong into one line and an exit code. */
final class Failures {
  static final int FAILED = 1;
  private static final int DONE = 0;
  private static final int WRONG_INPUT = 2;
  private static final int INTERRUPTED = 130;

  private Failures() {}

  static int wrongUsage(ParameterException e, String[] arguments) {
    print(
        UnknownName.message(e)
            + " (see "
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help)");
    return WRONG_INPUT;
  }

  static int failed(Exception e, CommandLine commandLine, ParseResult parsed) {
    Loudness.trace(e);
    if (e instanceof StoppedException) {
      return INTERRUPTED;
    }
    if (e instanceof LostOutputException) {
      return DONE; // unless StandardOutput knows more
    }
    print(e.getMessage() == null ? e.toString() : e.getMessage());
    return e instanceof IllegalArgumentException ? WRONG_INPUT : FAILED;
  }

  static int outOfMemory(OutOfMemoryError e) {
    Loudness.trace(e);
    print("not enough memory: " + e.getMessage());
    return FAILED;
  }

  /** A gate that the class path names and does not have, or that was built for another version. */
  static int brokenJar(Error e) {
    Loudness.trace(e);
    print("a class on the class path cannot be used: " + e.getMessage());
    return WRONG_INPUT;
  }

  private static void print(@org.jspecify.annotations.Nullable String message) {
    System.err.println("evomoe: " + String.valueOf(message).lines().findFirst().orElse("failed"));
  }
}
