package io.evomoe.bench.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Commands as somebody can type them, for messages that say how to go on. */
final class CommandText {
  /** Set by the launcher: the path it was started by. */
  private static final String COMMAND = "evomoe.command";

  /** What the launcher does by, beside its arguments. */
  private static final List<String> VARIABLES =
      List.of("EVOMOE_KERNELS", "EVOMOE_CLASSPATH", "EVOMOE_JAVA_OPTS", "SPARK_HOME");

  private CommandText() {}

  /** A command of these arguments, as a shell takes it. */
  static String of(Object... arguments) {
    return of(Arrays.stream(arguments).map(Object::toString).toList());
  }

  /**
   * The command that is running, once more.
   *
   * @param more options that it was not given
   */
  static String again(CommandSpec running, List<String> more) {
    CommandLine root = running.root().commandLine();
    List<String> arguments = new ArrayList<>(root.getParseResult().originalArgs());
    arguments.addAll(more);
    return of(arguments);
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
  static String program(String launcher, Map<String, String> environment) {
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
  static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
