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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The launcher {@code ./evomoe} in a home of its own, where a built jar lies that leads to the
 * classes under test: it starts what was compiled last, and builds nothing.
 *
 * @param script the launcher
 */
record Launcher(Path script) {
  private static final Pattern VERSION = Pattern.compile("^version=(\\S+)$", Pattern.MULTILINE);

  /** The version of the jars that the launcher starts. */
  static String version() throws IOException {
    Matcher version = VERSION.matcher(Files.readString(original()));
    if (!version.find()) {
      throw new IllegalStateException(original() + " must have a line version=...");
    }
    return version.group(1);
  }

  private static Path original() {
    return Path.of("").toAbsolutePath().resolveSibling("evomoe");
  }

  /** A copy of the launcher in a new home. */
  static Launcher in(Path home) throws IOException {
    Path jar = home.resolve("evomoe-bench/target/evomoe-bench-" + version() + ".jar");
    Files.createDirectories(jar.getParent());
    Path script =
        Files.copy(original(), home.resolve("evomoe"), StandardCopyOption.COPY_ATTRIBUTES);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return new Launcher(script);
  }

  /** A copy of the launcher in a release without jars, as an archive would be unpacked. */
  static Launcher released(Path home) throws IOException {
    Files.createDirectories(home.resolve("app"));
    Path bin = Files.createDirectories(home.resolve("bin"));
    return new Launcher(
        Files.copy(original(), bin.resolve("evomoe"), StandardCopyOption.COPY_ATTRIBUTES));
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
