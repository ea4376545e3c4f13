package io.evomoe.bench.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** How much a command says beside its results, the same for all of them. */
final class Loudness {
  /** Read by the configuration of the log when the first line may be written. */
  static final String LOG_LEVEL = "evomoe.log";

  private static volatile boolean progress = true;
  private static volatile boolean details;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "show no progress, and only warnings and errors of the log")
  boolean quiet;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "show details of the log, and stack traces of errors")
  boolean verbose;

  /** Says it to all that write, until {@link #end}. */
  void begin(CommandSpec command) {
    if (quiet && verbose) {
      throw new ParameterException(
          command.commandLine(), "--quiet and --verbose cannot be given together");
    }
    progress = !quiet;
    details = verbose;
    System.setProperty(LOG_LEVEL, quiet ? "WARN" : verbose ? "DEBUG" : "INFO");
  }

  /** As without these options. */
  static void end() {
    progress = true;
    details = false;
    System.clearProperty(LOG_LEVEL);
  }

  /** Whether to tell how far work has come. */
  static boolean showsProgress() {
    return progress;
  }

  /** Where to print how far work has come: the console, or nowhere. */
  static PrintStream progressOn(PrintStream console) {
    return progress
        ? console
        : new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** Prints where an error came from, where that is asked for. */
  static void trace(Throwable e) {
    if (details) {
      e.printStackTrace(System.err);
    }
  }
}
