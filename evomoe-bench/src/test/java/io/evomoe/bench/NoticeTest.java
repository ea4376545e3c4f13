package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever passes the built folder on passes these on, and NOTICE says under which licence. */
class NoticeTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));

  /** {@code group:artifact:jar:...}, in the list that the build makes. */
  private static final Pattern ARTIFACT = Pattern.compile("^ +(?!io\\.evomoe)[^ :]+:([^:]+):jar:");

  @Test
  void should_name_every_library_that_is_delivered() throws IOException {
    String notice = Files.readString(MODULE.resolve("../NOTICE"));

    assertThat(delivered())
        .hasSizeGreaterThan(30)
        .allSatisfy(name -> assertThat(notice).containsPattern("[ (]" + name + "[,; )]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", "evomoe-core", "evomoe-gates", "evomoe-models", "evomoe-run", "evomoe-bench"})
  void should_not_download_test_libraries_to_build_the_command(String module) throws Exception {
    Path pom = MODULE.resolve("..").resolve(module).resolve("pom.xml");
    String test = "dependency[scope='test' or type='test-jar']/artifactId";

    assertThat(Poms.texts(pom, "/project/dependencies/" + test))
        .as("belong into the profile checks, which ./evomoe leaves out")
        .isEmpty();
    assertThat(Poms.texts(pom, "//profile[id='checks']/dependencies/" + test)).isNotEmpty();
  }

  private static List<String> delivered() throws IOException {
    Path list = MODULE.resolve("target/delivered.txt");
    assertThat(list).as("Maven lists it before it runs the tests").exists();
    return Files.readAllLines(list).stream()
        .flatMap(line -> ARTIFACT.matcher(line).results())
        .map((MatchResult result) -> result.group(1))
        .distinct()
        .toList();
  }
}
