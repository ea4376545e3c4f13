package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A launcher in a home of its own, with a Java and a Maven that only say how they are called. */
abstract class LauncherHome {
  /** Says that it is a version, and what it was given otherwise. */
  static final String JAVA =
      """
      if [ "$1" = -version ]; then echo 'openjdk version "%s" 2025-01-21' >&2; exit 0; fi
      for argument in "$@"; do echo "$argument"; done
      """;

  @TempDir Path folder;
  Path home;
  Path script;
  final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void install() throws IOException {
    home = folder.resolve("a home");
    script = Launcher.in(home).script();
    environment.put("HOME", folder.toString());
    useJava("17.0.9");
  }

  Path torch() throws IOException {
    return home.resolve("evomoe-torch/target/evomoe-torch-" + Launcher.version() + ".jar");
  }

  Path jar() throws IOException {
    return home.resolve("evomoe-bench/target/evomoe-bench-" + Launcher.version() + ".jar");
  }

  void useJava(String version) throws IOException {
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    script(java, JAVA.formatted(version));
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
  }

  void maven(String does) throws IOException {
    script(home.resolve("mvnw"), does);
  }

  static void script(Path file, String does) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + does);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The tools that the launcher uses, without any Java. */
  String path(String first) throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "sed", "head", "find", "cut", "stty", "sh")) {
      for (String place : List.of("/bin", "/usr/bin")) {
        Path there = Path.of(place, tool);
        if (Files.exists(there)) {
          script(tools.resolve(tool), "exec %s \"$@\"".formatted(there));
        }
      }
    }
    return first + ":" + tools;
  }

  Ran run(Path program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().putAll(environment);
    Path err = folder.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ran(
        process.exitValue(),
        List.of(new String(out, StandardCharsets.UTF_8).split("\n", -1)),
        Files.readAllLines(err));
  }

  /** How a call of the launcher ended, and the lines it printed. */
  record Ran(int code, List<String> printed, List<String> err) {
    List<String> out() {
      return printed.subList(0, printed.size() - 1);
    }

    String property(String name) {
      String start = "-D" + name + "=";
      return out().stream()
          .filter(line -> line.startsWith(start))
          .findFirst()
          .orElseThrow()
          .substring(start.length());
    }
  }
}
