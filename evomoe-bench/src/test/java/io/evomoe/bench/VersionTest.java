package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever the version stands, it is the one of the build; {@code .ci/set-version} changes all. */
class VersionTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Pattern JAR =
      Pattern.compile("evomoe-(?:[a-z]+-)?(\\d[\\w.]*(-SNAPSHOT)?)(-all)?\\.(jar|tar)");

  private String version;

  @BeforeEach
  void read() throws Exception {
    version = Poms.texts(ROOT.resolve("pom.xml"), "/project/version").get(0);
  }

  @Test
  void should_be_the_same_in_every_module() throws Exception {
    List<Path> poms = modules();

    assertThat(poms).hasSizeGreaterThan(10);
    for (Path pom : poms) {
      assertThat(Poms.texts(pom, "/project/parent/version | /project[not(parent)]/version"))
          .as(pom.toString())
          .containsExactly(version);
    }
  }

  @Test
  void should_be_the_one_that_the_example_imports() throws Exception {
    assertThat(
            Poms.texts(
                ROOT.resolve("examples/pom.xml"), "//dependency[artifactId='evomoe-bom']/version"))
        .containsExactly(version);
  }

  @Test
  void should_be_the_one_that_the_launcher_starts() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("evomoe"))).contains("version=" + version);
  }

  @ParameterizedTest
  @CsvSource({"docs/install.md, 2", "docs/spark.md, 2"})
  void should_be_that_of_the_jars_that_a_page_names(String page, int atLeast) throws IOException {
    List<MatchResult> jars = JAR.matcher(read(page)).results().toList();

    assertThat(jars).hasSizeGreaterThanOrEqualTo(atLeast);
    assertThat(jars).allSatisfy(jar -> assertThat(jar.group(1)).isEqualTo(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/install.md", "docs/tutorial/5-your-junit-test.md"})
  void should_be_the_one_that_a_page_has_users_import(String page) throws IOException {
    assertThat(read(page))
        .containsPattern("<artifactId>evomoe-bom</artifactId>\\s*<version>" + version + "<");
  }

  @Test
  void should_be_the_one_whose_archive_an_image_is_made_of() throws IOException {
    assertThat(read("Containerfile").lines()).contains("ARG VERSION=" + version);
  }

  @Test
  void should_be_the_one_to_cite() throws IOException {
    assertThat(read("CITATION.cff").lines()).contains("version: " + version);
  }

  @Test
  void should_have_its_changes_written_down() throws IOException {
    String released = version.replace("-SNAPSHOT", "");

    assertThat(read("CHANGELOG.md").lines()).anyMatch(line -> line.startsWith("## " + released));
  }

  private static String read(String page) throws IOException {
    return Files.readString(ROOT.resolve(page));
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return Stream.concat(
              folders.map(folder -> folder.resolve("pom.xml")).filter(VersionTest::isModule),
              Stream.of(ROOT.resolve("evomoe-spark/cluster/pom.xml")))
          .toList();
    }
  }

  private static boolean isModule(Path pom) {
    return Files.exists(pom) && pom.getParent().getFileName().toString().startsWith("evomoe-");
  }
}
