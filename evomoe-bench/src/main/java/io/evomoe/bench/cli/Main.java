package io.evomoe.bench.cli;

import io.evomoe.bench.cli.bench.BenchCommand;
import io.evomoe.bench.cli.console.Failures;
import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.MemoryGuard;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.console.Verbosity;
import io.evomoe.bench.cli.doctor.DoctorCommand;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.task.MemoryLimit;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/**
 * The {@code evomoe} command.
 *
 * <p>Exit codes:
 *
 * <ul>
 *   <li>0: done
 *   <li>1: a run or a check failed
 *   <li>2: wrong usage or wrong input
 *   <li>130: stopped by Ctrl-C
 *   <li>143: stopped by SIGTERM
 * </ul>
 */
@Command(
    name = "evomoe",
    description = "Trains and compares mixture-of-experts Transformers.",
    footerHeading = OptionGroup.EXAMPLES,
    footer = {"evomoe compare --task gpt --preset quick", "evomoe train --help"},
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final char NO_TEXT = '\uFFFD';

  private static final List<Class<?>> COMMANDS =
      List.of(
          TrainCommand.class,
          CompareCommand.class,
          StudyCommand.class,
          ConvertCommand.class,
          EvalCommand.class,
          GenerateCommand.class,
          ServeCommand.class,
          TranslateCommand.class,
          FineTuneCommand.class,
          ClassifyCommand.class,
          ImportCommand.class,
          ExportCommand.class,
          LogitsCommand.class,
          TokenizeCommand.class,
          GatesCommand.class,
          DoctorCommand.class,
          CompletionCommand.class,
          BenchCommand.class);

  @Mixin Verbosity verbosity = new Verbosity();

  private Main() {}

  /** Runs a command and exits. */
  public static void main(String[] arguments) {
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    int code;
    try {
      code = execute(arguments);
    } finally {
      System.out.flush();
      GracefulStop.allSaid();
    }
    System.exit(out.codeAfter(code));
  }

  /** Runs a command, whose numbers are the same in every country; the exit code. */
  static int execute(String... arguments) {
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    Main main = new Main();
    CommandLine commandLine = commandLine(main, asked(arguments));
    commandLine.setParameterExceptionHandler(Failures::wrongUsage);
    commandLine.setExecutionExceptionHandler(Failures::failed);
    commandLine.setExecutionStrategy(
        parsed -> {
          Failures.rejectCommand(parsed);
          OutputFolder.setWriter(commandOf(parsed));
          main.verbosity.begin(parsed.commandSpec());
          return run(parsed);
        });
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      return Failures.outOfMemory(e);
    } catch (ServiceConfigurationError | LinkageError e) {
      return Failures.brokenJar(e);
    } finally {
      Verbosity.end();
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
  }

  /** Runs a command. A group of commands, of which none was given, shows its help. */
  private static int run(CommandLine.ParseResult parsed) {
    CommandLine last = parsed.asCommandLineList().get(parsed.asCommandLineList().size() - 1);
    Object command = last.getCommand();
    boolean runs = command instanceof Runnable || command instanceof Callable;
    if (runs || last.isVersionHelpRequested()) {
      return new CommandLine.RunLast().execute(parsed);
    }
    last.usage(System.out);
    return 0;
  }

  private static String commandOf(CommandLine.ParseResult parsed) {
    return parsed.hasSubcommand() ? "evomoe " + parsed.subcommand().commandSpec().name() : "evomoe";
  }

  /** All commands, as they are before one is run. */
  static CommandLine commandLine() {
    return commandLine(new Main(), COMMANDS);
  }

  /** The first argument's command alone, which starts sooner than with all; or all. */
  private static List<Class<?>> asked(String... arguments) {
    return COMMANDS.stream()
        .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElse(COMMANDS);
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static CommandLine commandLine(Main main, List<Class<?>> commands) {
    CommandLine all = new CommandLine(main);
    commands.forEach(all::addSubcommand);
    return OptionGroup.applyTo(all)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, Main::path)
        .registerConverter(MemoryLimit.class, MemoryGuard::limit);
  }

  /** Java puts U+FFFD in the place of bytes that are no text: another file than was meant. */
  private static Path path(String text) {
    if (text.indexOf(NO_TEXT) >= 0) {
      throw new TypeConversionException(
          "must be valid UTF-8, was %s: choose another name".formatted(text));
    }
    return Path.of(text);
  }
}
