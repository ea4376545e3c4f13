package io.evomoe.bench.cli.console;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** How much a command says beside its results, the same for all of them. */
public final class Verbosity {
  /** Read by the configuration of the log when the first line may be written. */
  public static final String LOG_LEVEL = "evomoe.log";

  private static volatile boolean progress = true;
  private static volatile boolean details;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "show no progress, and only warnings and errors of the log")
  public boolean quiet;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "show details of the log, and stack traces of errors")
  public boolean verbose;

  /** Says it to all that write, until {@link #end}. */
  public void begin(CommandSpec command) {
    if (quiet && verbose) {
      throw new ParameterException(
          command.commandLine(), "--quiet and --verbose cannot be given together");
    }
    progress = !quiet;
    details = verbose;
    System.setProperty(LOG_LEVEL, quiet ? "WARN" : verbose ? "DEBUG" : "INFO");
  }

  /** As without these options. */
  public static void end() {
    progress = true;
    details = false;
    System.clearProperty(LOG_LEVEL);
  }

  /** Whether to tell how far work has come. */
  public static boolean showsProgress() {
    return progress;
  }

  /** Where to print how far work has come: the console, or nowhere. */
  public static PrintStream progressOn(PrintStream console) {
    return progress
        ? console
        : new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** Prints where an error came from, where that is asked for. */
  public static void trace(Throwable e) {
    if (details) {
      e.printStackTrace(System.err);
    }
  }
}
