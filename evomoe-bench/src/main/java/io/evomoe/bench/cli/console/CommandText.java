package io.evomoe.bench.cli.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Commands as they were typed, and as somebody can type them to go on. */
public final class CommandText {
  /** Set by the launcher: the path it was started by. */
  private static final String COMMAND = "evomoe.command";

  /** What the launcher does by, beside its arguments. */
  private static final List<String> VARIABLES =
      List.of("EVOMOE_KERNELS", "EVOMOE_CLASSPATH", "EVOMOE_JAVA_OPTS", "SPARK_HOME");

  private CommandText() {}

  /** A command of these arguments, as a shell takes it. */
  public static String of(Object... arguments) {
    return of(Arrays.stream(arguments).map(Object::toString).toList());
  }

  /**
   * The command that is running, once more.
   *
   * @param folder of its results, which it is told if it was not; null if that is always the same
   */
  public static String again(CommandSpec running, @Nullable Path folder) {
    ParseResult typed = running.root().commandLine().getParseResult();
    List<String> arguments = new ArrayList<>(typed.originalArgs());
    if (folder != null && !running.commandLine().getParseResult().hasMatchedOption("--out")) {
      arguments.addAll(List.of("--out", folder.toString()));
    }
    return of(arguments);
  }

  /**
   * Rejects options that would be left unheard.
   *
   * @param why the end of the message, after the name of the option
   */
  public static void reject(CommandSpec command, String why, String... options) {
    for (String option : options) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(option + " " + why);
      }
    }
  }

  private static String of(List<String> arguments) {
    return program()
        + arguments.stream().map(word -> " " + quoted(word)).collect(Collectors.joining());
  }

  private static String program() {
    String launcher = System.getProperty(COMMAND);
    String classPath = System.getProperty("java.class.path");
    if (launcher != null) {
      return program(launcher, System.getenv());
    }
    // As java -jar sets it.
    return classPath.matches("[^:;]+\\.jar") ? "java -jar " + quoted(classPath) : "evomoe";
  }

  /**
   * The launcher with the variables that it was given, without which it would be another run; that
   * of Windows alone, whose shell has no such words.
   */
  public static String program(String launcher, Map<String, String> environment) {
    StringBuilder command = new StringBuilder();
    for (String name : VARIABLES) {
      String value = environment.getOrDefault(name, "");
      if (!value.isBlank() && !launcher.endsWith(".cmd")) {
        command.append(name).append('=').append(quoted(value)).append(' ');
      }
    }
    return command.append(quoted(launcher)).toString();
  }

  /** In single quotes where a shell would take a letter for something else. */
  public static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
