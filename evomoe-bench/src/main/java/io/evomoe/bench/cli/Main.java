package io.evomoe.bench.cli;

import java.util.ServiceConfigurationError;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code evomoe} command. Exit codes: 0 done, 1 a run failed, 2 wrong usage or wrong input. */
@Command(
    name = "evomoe",
    description = "Trains and compares mixture-of-experts Transformers.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CompareCommand.class,
      StudyCommand.class,
      TrainCommand.class,
      ConvertCommand.class,
      EvalCommand.class,
      GenerateCommand.class,
      TranslateCommand.class,
      FineTuneCommand.class,
      ClassifyCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      LogitsCommand.class,
      GatesCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      BenchCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs a command and exits. */
  public static void main(String[] arguments) {
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    System.setOut(new QuietOutput(System.out));
    int code;
    try {
      code = execute(arguments);
    } finally {
      System.out.flush();
      GracefulStop.allSaid();
    }
    System.exit(code);
  }

  /** Runs a command; the exit code. */
  static int execute(String... arguments) {
    CommandLine commandLine = commandLine();
    commandLine.setParameterExceptionHandler(Failures::wrongUsage);
    commandLine.setExecutionExceptionHandler(Failures::failed);
    commandLine.setExecutionStrategy(
        parsed -> {
          UnknownName.refuseCommand(parsed);
          return new CommandLine.RunLast().execute(parsed);
        });
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      return Failures.outOfMemory(e);
    } catch (ServiceConfigurationError | LinkageError e) {
      return Failures.brokenJar(e);
    }
  }

  /** All commands, as they are before one is run. */
  static CommandLine commandLine() {
    return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
