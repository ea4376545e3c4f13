package io.evomoe.bench.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * The launcher {@code ./evomoe} in a home of its own, where a built jar lies that leads to the
 * classes under test: it starts what was compiled last, and builds nothing.
 *
 * @param script the launcher
 */
record Launcher(Path script) {

  /** A copy of the launcher in a new home. */
  static Launcher in(Path home) throws IOException {
    Path jar = home.resolve("evomoe-bench/target/evomoe-bench-0.1.0-SNAPSHOT.jar");
    Files.createDirectories(jar.getParent());
    Path original = Path.of("").toAbsolutePath().resolveSibling("evomoe");
    Path script = Files.copy(original, home.resolve("evomoe"), StandardCopyOption.COPY_ATTRIBUTES);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return new Launcher(script);
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  /** The words of a command. */
  List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(arguments);
    return command;
  }
}
