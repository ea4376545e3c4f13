package io.evomoe.bench.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the documentation shows is what is compiled, read and there. */
class DocumentationTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)");

  @ParameterizedTest
  @CsvSource({
    "README.md, 0, evomoe-run/src/test/java/io/evomoe/run/example/TrainGpt.java",
    "README.md, 1, evomoe-run/src/test/java/io/evomoe/run/example/UseRun.java",
    "docs/watching.md, 0, evomoe-run/src/test/java/io/evomoe/run/example/UseRun.java",
    "docs/library.md, 0,"
        + " evomoe-bench/src/test/java/io/evomoe/bench/example/LibraryExampleTest.java",
    "docs/library.md, 1, evomoe-run/src/test/java/io/evomoe/run/example/FineTune.java",
    "README.md, 2, evomoe-gates/src/test/resources/own-gate/ThresholdGate.java",
    "README.md, 3," + " evomoe-dl4j/src/test/java/io/evomoe/models/dl4j/DocumentedNetworkTest.java",
    "README.md, 4, evomoe-bench/src/test/java/io/evomoe/bench/example/ConvergenceExampleTest.java",
    "docs/convergence-tests.md, 0,"
        + " evomoe-junit/src/test/java/io/evomoe/junit/OwnModelTest.java",
    "docs/tutorial/2-your-gate.md, 0, examples/src/main/java/org/example/RootGate.java",
    "CONTRIBUTING.md, 0, evomoe-gates/src/test/java/io/evomoe/gates/example/AboveAverageGate.java",
    "CONTRIBUTING.md, 1,"
        + " evomoe-gates/src/test/java/io/evomoe/gates/example/AboveAverageGateTest.java"
  })
  void should_show_code_that_is_compiled(String document, int number, String source)
      throws IOException {
    String shown = unindented(blocks(document, "java").get(number));

    assertThat(shown).isNotBlank();
    assertThat(unindented(Files.readString(ROOT.resolve(source)))).contains(shown);
  }

  @Test
  void should_show_a_test_that_is_compiled_but_for_its_package() throws IOException {
    String shown = blocks("docs/tutorial/5-your-junit-test.md", "java").get(0);
    Path source = ROOT.resolve("evomoe-junit/src/test/java/io/evomoe/junit/OwnModelTest.java");

    assertThat(Files.readString(source)).endsWith(shown.substring(shown.indexOf("\nclass ")));
  }

  @Test
  void should_show_a_configuration_that_is_read(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, blocks("README.md", "yaml").get(0));
    for (String gate : List.of("evomoe", "switch")) {
      RunConfig preset = Tasks.preset("gpt", "small").config("gpt", gate, 1);
      RunConfig config = Tasks.checked(ConfigFile.overlay(preset, file));

      assertThat(config.model().experts()).isEqualTo(16);
      assertThat(config.options())
          .containsKey(gate.equals("evomoe") ? "balance" : "capacityFactor");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/checkpoints.md",
    "docs/compatibility.md",
    "docs/configuration.md",
    "docs/convergence-tests.md",
    "docs/library.md",
    "docs/data.md",
    "docs/determinism.md",
    "docs/dl4j.md",
    "docs/gates.md",
    "docs/gpu.md",
    "docs/hugging-face.md",
    "docs/javadoc.md",
    "docs/performance.md",
    "docs/releasing.md",
    "docs/results.md",
    "docs/scale.md",
    "docs/spark.md",
    "docs/study.md",
    "docs/tutorial/1-your-text.md",
    "docs/tutorial/2-your-gate.md",
    "docs/tutorial/3-your-llama.md",
    "docs/tutorial/4-your-cluster.md",
    "docs/tutorial/5-your-junit-test.md",
    "docs/upcycling.md",
    "docs/use-anywhere.md",
    "docs/watching.md",
    "examples/README.md"
  })
  void should_link_to_what_is_there(String document) throws IOException {
    Path file = ROOT.resolve(document);
    Matcher links = LINK.matcher(Files.readString(file));
    while (links.find()) {
      assertThat(file.resolveSibling(links.group(1))).exists();
    }
  }

  private static List<String> blocks(String document, String language) throws IOException {
    Pattern block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL);
    Matcher matcher = block.matcher(Files.readString(ROOT.resolve(document)));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
