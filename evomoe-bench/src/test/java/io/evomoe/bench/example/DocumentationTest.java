package io.evomoe.bench.example;

import static io.evomoe.bench.example.Pages.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionConfig.TemperatureShape;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.TokenRows;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation shows is what is compiled, read and there. */
class DocumentationTest {
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)");
  private static final String OWN_TEST = "docs/tutorial/5-your-junit-test.md";
  private static final String EXAMPLES = "examples/src/main/java/org/example/";
  private static final String RUN = "evomoe-run/src/test/java/io/evomoe/run/example/";
  private static final String OWN_MODEL =
      "evomoe-junit/src/test/java/io/evomoe/junit/OwnModelTest.java";

  /** Where a page's Java is compiled: the page, and the sources of its blocks in their order. */
  private record Shown(String page, List<String> sources) {
    Shown(String page, String... sources) {
      this(page, List.of(sources));
    }
  }

  private static List<Shown> shown() {
    return List.of(
        new Shown("README.md", RUN + "FirstRun.java"),
        new Shown(
            "CONTRIBUTING.md",
            "evomoe-gates/src/test/java/io/evomoe/gates/example/AboveAverageGate.java",
            "evomoe-gates/src/test/java/io/evomoe/gates/example/AboveAverageGateTest.java"),
        new Shown(
            "docs/convergence-tests.md",
            "evomoe-bench/src/test/java/io/evomoe/bench/example/ConvergenceExampleTest.java",
            OWN_MODEL),
        new Shown(
            "docs/dl4j.md",
            "evomoe-dl4j/src/test/java/io/evomoe/models/dl4j/DocumentedNetworkTest.java"),
        new Shown(
            "docs/export.md",
            "evomoe-models/src/test/java/io/evomoe/models/hub/DocumentedHubTest.java"),
        new Shown(
            "docs/library.md",
            RUN + "TrainGpt.java",
            RUN + "UseRun.java",
            RUN + "CompareGates.java",
            RUN + "UseRun.java",
            RUN + "FineTune.java",
            RUN + "UseRun.java",
            RUN + "OwnModel.java"),
        new Shown(
            "docs/own-model.md",
            EXAMPLES + "TrainOnOwnData.java",
            EXAMPLES + "RatingModel.java",
            "evomoe-models/src/main/java/io/evomoe/models/stack/PooledModel.java",
            RUN + "MixedBlocks.java"),
        new Shown("docs/optimizers.md", EXAMPLES + "Lion.java", RUN + "Drops.java"),
        new Shown(
            "docs/serve.md",
            "evomoe-langchain4j/src/test/java/io/evomoe/langchain4j/example/AskModel.java"),
        new Shown("docs/own-gate.md", EXAMPLES + "RootGate.java"),
        new Shown("docs/tutorial/2-your-gate.md", EXAMPLES + "RootGate.java"),
        new Shown("docs/tutorial/6-your-service.md", EXAMPLES + "Service.java"),
        new Shown("docs/watching.md", RUN + "UseRun.java", RUN + "UseRun.java"));
  }

  @ParameterizedTest
  @MethodSource("shown")
  void should_show_code_that_is_compiled(Shown shown) throws IOException {
    List<Pages.Block> blocks = Pages.blocks(shown.page(), "java");
    assertThat(blocks).hasSameSizeAs(shown.sources());
    for (int i = 0; i < blocks.size(); i++) {
      String code = unindented(blocks.get(i).text());
      assertThat(code).isNotBlank();
      assertThat(unindented(Files.readString(ROOT.resolve(shown.sources().get(i)))))
          .as(blocks.get(i).place())
          .contains(code);
    }
  }

  @Test
  void should_show_no_other_code() {
    List<String> known = new ArrayList<>(shown().stream().map(Shown::page).toList());
    known.add(OWN_TEST);
    assertThat(Pages.all())
        .filteredOn(page -> !Pages.blocks(page, "java").isEmpty())
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void should_show_a_test_that_is_compiled_but_for_its_package() throws IOException {
    List<Pages.Block> blocks = Pages.blocks(OWN_TEST, "java");
    String shown = blocks.get(0).text();

    assertThat(blocks).hasSize(1);
    assertThat(Files.readString(ROOT.resolve(OWN_MODEL)))
        .endsWith(shown.substring(shown.indexOf("\nclass ")));
  }

  @Test
  void should_show_a_configuration_that_is_read(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, Pages.blocks("docs/configuration.md", "yaml").get(0).text());
    for (String gate : List.of("evomoe", "switch")) {
      RunConfig preset = Tasks.preset("gpt", "small").config("gpt", gate, 1);
      RunConfig config = Tasks.checked(ConfigFile.overlay(preset, file));

      assertThat(config.model().experts()).isEqualTo(16);
      assertThat(config.options())
          .containsKey(gate.equals("evomoe") ? "balance" : "capacityFactor");
    }
  }

  @Test
  void should_show_the_schedule_of_the_paper_gate() {
    Map<String, String> shown = paperGate();

    RunConfig paper = Tasks.preset("gpt", "quick").config("gpt", "evomoe-paper", 1);

    Matcher temperature =
        Pattern.compile("(\\S+) to (\\S+), (\\w+)").matcher(shown.getOrDefault("temperature", ""));
    assertThat(temperature.matches()).isTrue();
    assertThat(paper.evolution())
        .isEqualTo(
            EvolutionConfig.defaults()
                .with(e -> e.maxTemperature(Double.parseDouble(temperature.group(1))))
                .with(e -> e.minTemperature(Double.parseDouble(temperature.group(2))))
                .with(e -> e.schedule(shape(temperature.group(3))))
                .with(
                    e ->
                        e.hardShare(
                            Double.parseDouble(shown.getOrDefault("evolution.hardShare", "")))));
    assertThat(shown).containsEntry("prior in presets quick and small", "none");
    assertThat(paper.options()).isEmpty();
  }

  @Test
  void should_show_each_option_of_the_paper_gate_that_differs() {
    Map<String, String> options = new HashMap<>(paperGate());
    options.keySet().removeIf(row -> !row.matches("[a-zA-Z]+") || row.equals("temperature"));
    List<?> expected = routes("evomoe-paper", Map.of());

    assertThat(routes("evomoe", options)).isEqualTo(expected);
    for (String option : options.keySet()) {
      Map<String, String> others = new HashMap<>(options);
      others.remove(option);
      assertThat(routes("evomoe", others)).as("without " + option).isNotEqualTo(expected);
    }
  }

  /** The column of {@code evomoe-paper} in the table of its section, by row. */
  private static Map<String, String> paperGate() {
    String page = Pages.text("docs/gates.md");
    String section = page.substring(page.indexOf("\n## evomoe-paper\n"));
    return section
        .lines()
        .dropWhile(line -> !line.startsWith("|---"))
        .skip(1)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.replace("`", "").split(" *\\| *", -1))
        .collect(Collectors.toMap(cells -> cells[1], cells -> cells[3]));
  }

  private static TemperatureShape shape(String shown) {
    return TemperatureShape.valueOf(shown.toUpperCase(Locale.ROOT));
  }

  /** What a gate does with some tokens, in every way it can be asked. */
  private static List<?> routes(String gate, Map<String, String> options) {
    TokenRows tokens = TokenRows.random(40, 1);
    GateScene scene = GateScene.of(GateProvider.named(gate), 4, options);
    return GateScene.contexts().stream()
        .map(context -> scene.route(tokens, context))
        .map(
            routed ->
                List.of(
                    Arrays.toString(routed.routing().tokens()),
                    Arrays.toString(routed.routing().weights()),
                    routed.auxLoss()))
        .toList();
  }

  static Stream<String> pages() {
    return Pages.all().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void should_link_to_what_is_there(String page) {
    Path file = ROOT.resolve(page);
    Matcher links = LINK.matcher(Pages.text(page));
    while (links.find()) {
      assertThat(file.resolveSibling(links.group(1))).exists();
    }
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
