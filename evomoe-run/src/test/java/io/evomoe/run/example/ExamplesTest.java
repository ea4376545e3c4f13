package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs under {@code examples}, compiled against this project's classes. */
@Tag("long")
class ExamplesTest {
  private static final Path SOURCES = Path.of("../examples/src/main");

  /** Without the tests' own parts, which have the names of the examples'. */
  private static final String CLASS_PATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .filter(entry -> !entry.endsWith("test-classes"))
          .collect(Collectors.joining(File.pathSeparator));

  @TempDir static Path classes;
  @TempDir Path folder;

  @BeforeAll
  static void compile() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-cp", CLASS_PATH, "-d", "" + classes));
    try (Stream<Path> sources = Files.list(SOURCES.resolve("java/org/example"))) {
      sources.map(Path::toString).forEach(arguments::add);
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(code).isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    try (Stream<Path> files = Files.list(SOURCES.resolve("resources/META-INF/services"))) {
      for (Path file : files.toList()) {
        Files.copy(file, services.resolve(file.getFileName()));
      }
    }
  }

  /** Each program checks what it has trained. */
  @ParameterizedTest
  @ValueSource(strings = {"TrainOnOwnData", "TrainRatings", "TrainTopics"})
  void should_end_well(String program) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classes + File.pathSeparator + CLASS_PATH,
                "org.example." + program)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();

    assertThat(ended).isTrue();
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
  }
}
