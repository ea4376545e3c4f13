package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Maven Central asks of a published project file (central.sonatype.org/publish/requirements).
 * That sources and Javadoc of every jar are there, {@code .ci/run} checks where it builds them.
 */
class CentralTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

  static List<Path> published() throws Exception {
    List<Path> poms = new ArrayList<>(List.of(ROOT.resolve("pom.xml")));
    for (String module : modules()) {
      poms.add(ROOT.resolve(module).resolve("pom.xml"));
    }
    return poms;
  }

  private static List<String> modules() throws Exception {
    return Poms.texts(
        ROOT.resolve("pom.xml"), "/project/modules/module | //profile[id='torch']/modules/module");
  }

  @ParameterizedTest
  @MethodSource("published")
  void should_say_what_it_is(Path pom) throws Exception {
    for (String field : List.of("name", "description", "artifactId")) {
      assertThat(Poms.texts(pom, "/project/" + field))
          .as("%s of %s", field, pom)
          .singleElement()
          .asString()
          .isNotBlank();
    }
  }

  @ParameterizedTest
  @MethodSource("published")
  void should_say_whose_it_is_and_under_which_licence_or_inherit_it(Path pom) throws Exception {
    boolean inherits = !Poms.texts(pom, "/project/parent/artifactId").isEmpty();
    Path says = inherits ? ROOT.resolve("pom.xml") : pom;

    for (String field :
        List.of(
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "developers/developer/organization",
            "developers/developer/organizationUrl",
            "scm/connection",
            "scm/developerConnection",
            "scm/url")) {
      assertThat(Poms.texts(says, "/project/" + field))
          .as("%s of %s", field, says)
          .singleElement()
          .asString()
          .isNotBlank();
    }
    assertThat(Poms.texts(says, "/project/groupId")).containsExactly("io.evomoe");
  }

  @Test
  void should_depend_on_nothing_that_changes_under_its_name() throws Exception {
    String version = Poms.texts(ROOT.resolve("pom.xml"), "/project/version").get(0);
    for (Path pom : published()) {
      List<String> versions = Poms.texts(pom, "//dependency/version | //plugin/version");
      versions.addAll(Poms.properties(pom).values());
      versions.remove(version);

      assertThat(versions).as(pom.toString()).noneMatch(v -> v.endsWith("-SNAPSHOT"));
    }
  }

  @Test
  void should_come_with_sources_javadoc_and_signatures() throws Exception {
    Path root = ROOT.resolve("pom.xml");

    assertThat(Poms.texts(root, "/project/build/plugins/plugin/artifactId"))
        .containsSubsequence("maven-source-plugin", "maven-javadoc-plugin", "maven-install-plugin");
    // A signature comes in the phase after it.
    assertThat(Poms.texts(root, "//profile[id='release']/properties/attached.phase"))
        .containsExactly("package");
    assertThat(Poms.texts(root, "//profile[id='sign']//plugin/artifactId"))
        .contains("maven-gpg-plugin", "central-publishing-maven-plugin");
    // It has no parent that could sign it.
    assertThat(
            Poms.texts(
                ROOT.resolve("evomoe-bom/pom.xml"), "//profile[id='sign']//plugin/artifactId"))
        .contains("maven-gpg-plugin", "central-publishing-maven-plugin");
  }
}
