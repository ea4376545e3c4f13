package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs under {@code examples}, compiled against this project's classes. */
@Tag("long")
class ExamplesTest {
  @TempDir static Path classes;
  @TempDir Path folder;

  @BeforeAll
  static void compile() throws IOException {
    CompiledExamples.all(classes);
  }

  /** Each program checks what it has trained. */
  @ParameterizedTest
  @ValueSource(strings = {"TrainOnOwnData", "TrainRatings", "TrainTopics"})
  void should_end_well(String program) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classes + File.pathSeparator + CompiledExamples.CLASS_PATH,
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
