package io.evomoe.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A standalone Spark of real processes on the loopback address, by the scripts in {@code
 * evomoe-spark/cluster}, and {@code evomoe} commands that use it, as the launcher starts them.
 */
final class LoopbackCluster implements AutoCloseable {
  private static final String SECRET = "-Dspark.authenticate.secret=";
  private static final Path MODULE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();

  private final Path folder;
  private final Path sparkHome;
  private final String options;
  private final String master;

  /**
   * Starts it.
   *
   * @param folder for logs
   * @param version of Spark
   */
  LoopbackCluster(Path folder, String version) {
    this.folder = folder;
    this.sparkHome = Path.of(script("spark-home", version));
    this.options = "@" + script("secure", folder.toString());
    this.master = script("start", folder.toString(), Integer.toString(freePort()));
  }

  /** Of the jars, as the launcher has it. */
  private static String version() {
    return text(MODULE.resolve("../evomoe"))
        .lines()
        .filter(line -> line.startsWith("version="))
        .findFirst()
        .orElseThrow()
        .substring("version=".length());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String master() {
    return master;
  }

  /** The last line that a script prints. */
  private String script(String name, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(MODULE.resolve("cluster").resolve(name).toString()));
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile("script", ".out");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      if (!name.equals("spark-home")) {
        builder.environment().put("SPARK_HOME", sparkHome.toString());
      }
      Process process = builder.start();
      if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError(name + " failed: " + Files.readString(out));
      }
      List<String> lines = Files.readAllLines(out);
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What its processes have to know. */
  String secret() {
    return text(Path.of(options.substring(1)))
        .lines()
        .filter(line -> line.startsWith(SECRET))
        .findFirst()
        .orElseThrow()
        .substring(SECRET.length());
  }

  /** Starts {@code evomoe} with these arguments; its output goes to a file. */
  Process start(Path output, List<String> arguments) {
    return start(output, List.of(options), arguments);
  }

  private Process start(Path output, List<String> options, List<String> arguments) {
    String classPath =
        String.join(
            File.pathSeparator,
            MODULE.resolve("target/evomoe-spark-" + version() + "-all.jar").toString(),
            sparkHome.resolve("jars") + "/*",
            MODULE.resolve("target/lib") + "/*");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "@" + MODULE.resolve("spark-java.args"),
                "-Devomoe.kernels=" + System.getProperty("evomoe.kernels", "auto"),
                "-Dlog4j2.configurationFile=evomoe-log4j2.properties",
                "-cp",
                classPath));
    command.addAll(options);
    command.add("io.evomoe.bench.cli.Main");
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end; the exit code. */
  int run(Path output, List<String> arguments) {
    return finish(output, start(output, arguments));
  }

  /** The same, by somebody who does not know the secret. */
  int runWithoutSecret(Path output, List<String> arguments) {
    return finish(output, start(output, List.of(), arguments));
  }

  private static int finish(Path output, Process process) {
    try {
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("not done after 10 minutes: " + text(output));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Executors that run now: processes that the worker has started. */
  List<ProcessHandle> executors() {
    return process("worker").children().toList();
  }

  /** The {@code master} or the {@code worker}. */
  ProcessHandle process(String name) {
    long pid = Long.parseLong(text(folder.resolve(name + ".pid")).strip());
    return ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no " + name + " runs"));
  }

  @Override
  public void close() {
    script("stop", folder.toString());
  }
}
