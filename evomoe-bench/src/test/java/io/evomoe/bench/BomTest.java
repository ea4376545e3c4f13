package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The BOM has no parent, so nothing but this keeps its versions those of the build. */
class BomTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

  @Test
  void should_have_the_versions_of_the_build() throws Exception {
    Map<String, String> build = Poms.properties(ROOT.resolve("pom.xml"));
    Map<String, String> bom = Poms.properties(ROOT.resolve("evomoe-bom/pom.xml"));

    assertThat(bom).hasSizeGreaterThan(5);
    assertThat(build).containsAllEntriesOf(bom);
    assertThat(Poms.texts(ROOT.resolve("evomoe-bom/pom.xml"), "/project/version"))
        .isEqualTo(Poms.texts(ROOT.resolve("pom.xml"), "/project/version"));
  }

  @Test
  void should_have_the_plugins_of_the_build() throws Exception {
    List<String> bom = plugins(ROOT.resolve("evomoe-bom/pom.xml"));

    assertThat(bom).hasSizeGreaterThan(5);
    assertThat(plugins(ROOT.resolve("pom.xml"))).containsAll(bom);
  }

  /** As name and version. */
  private static List<String> plugins(Path pom) throws Exception {
    List<String> names = Poms.texts(pom, "//plugin[version]/artifactId");
    List<String> versions = Poms.texts(pom, "//plugin/version");
    List<String> plugins = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      plugins.add(names.get(i) + " " + versions.get(i));
    }
    return plugins;
  }

  /** Those of profiles as well, but for the archive to download. */
  @Test
  void should_name_every_module_that_has_a_jar() throws Exception {
    List<String> modules = Poms.texts(ROOT.resolve("pom.xml"), "//modules/module");
    modules.removeAll(List.of("evomoe-bom", "evomoe-dist"));

    assertThat(modules).contains("evomoe-core", "evomoe-torch");
    assertThat(Poms.texts(ROOT.resolve("evomoe-bom/pom.xml"), "//dependencyManagement//artifactId"))
        .hasSizeGreaterThan(20)
        .containsAll(modules);
  }
}
