package io.evomoe.bench.cli.console;

import io.evomoe.bench.cli.Main;
import io.evomoe.bench.cli.ShippedData;
import io.evomoe.kernel.KernelSelection;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A command in a process of its own, on the same Java, class path and home as this one, with the
 * options of {@code EVOMOE_JAVA_OPTS}.
 */
public final class ChildProcess {
  private static final List<String> PASSED_ON =
      List.of(KernelSelection.PROPERTY, KernelSelection.DEVICE_PROPERTY, ShippedData.HOME);

  private static final String JAVA_OPTIONS = "EVOMOE_JAVA_OPTS";
  private static final String ARCHIVE = "-XX:SharedArchiveFile=";

  private ChildProcess() {}

  /**
   * Starts it.
   *
   * @param log gets all of its output
   * @param properties of its Java, before those of this one
   * @param environment variables beside those of this one
   */
  public static Process start(
      List<String> arguments,
      Path log,
      Map<String, String> properties,
      Map<String, String> environment)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
    String options = environment.getOrDefault(JAVA_OPTIONS, System.getenv(JAVA_OPTIONS));
    if (options != null && !options.isBlank()) {
      command.addAll(List.of(options.strip().split("\\s+")));
    }
    for (String name : PASSED_ON) {
      String value = properties.getOrDefault(name, System.getProperty(name));
      if (value != null) {
        command.add("-D" + name + "=" + value);
      }
    }
    String classPath = System.getProperty("java.class.path");
    boolean archived = command.stream().anyMatch(option -> option.startsWith(ARCHIVE));
    command.addAll(List.of("-cp", archived ? jarsFirst(classPath) : classPath));
    command.add(Main.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** An archive of classes fits a class path that begins with the jars it was made of. */
  private static String jarsFirst(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .sorted(Comparator.comparing(entry -> Files.isDirectory(Path.of(entry))))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
