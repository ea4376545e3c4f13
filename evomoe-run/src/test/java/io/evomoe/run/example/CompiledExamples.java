package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The sources under {@code examples}, compiled against this project's classes as a user does. */
final class CompiledExamples {
  /** Without the tests' own parts. */
  static final String CLASS_PATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .filter(entry -> !entry.endsWith("test-classes"))
          .collect(Collectors.joining(File.pathSeparator));

  private static final Path MAIN = Path.of("../examples/src/main");

  private CompiledExamples() {}

  /** Compiles all sources, and copies their service entries. */
  static void all(Path classes) throws IOException {
    compile(classes, children("java/org/example"));
    for (Path file : children("resources/META-INF/services")) {
      copyService(classes, file);
    }
  }

  /** Compiles one class that is a service. */
  static void one(Path classes, String name, Class<?> service) throws IOException {
    compile(classes, List.of(MAIN.resolve("java/org/example").resolve(name + ".java")));
    copyService(classes, MAIN.resolve("resources/META-INF/services").resolve(service.getName()));
  }

  private static void compile(Path classes, List<Path> sources) {
    List<String> arguments = new ArrayList<>(List.of("-cp", CLASS_PATH, "-d", "" + classes));
    sources.forEach(source -> arguments.add("" + source));
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(code).as("javac").isZero();
  }

  private static void copyService(Path classes, Path file) throws IOException {
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.copy(file, services.resolve(file.getFileName()));
  }

  private static List<Path> children(String folder) throws IOException {
    try (Stream<Path> files = Files.list(MAIN.resolve(folder))) {
      return files.toList();
    }
  }
}
