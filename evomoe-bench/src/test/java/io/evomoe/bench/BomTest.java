package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The BOM has no parent, so nothing but this keeps its versions those of the build. */
class BomTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

  @Test
  void should_have_the_versions_of_the_build() throws Exception {
    Map<String, String> build = properties(ROOT.resolve("pom.xml"));
    Map<String, String> bom = properties(ROOT.resolve("evomoe-bom/pom.xml"));

    assertThat(bom).hasSizeGreaterThan(5);
    assertThat(build).containsAllEntriesOf(bom);
    assertThat(texts(ROOT.resolve("evomoe-bom/pom.xml"), "/project/version"))
        .isEqualTo(texts(ROOT.resolve("pom.xml"), "/project/version"));
  }

  @Test
  void should_have_the_plugins_of_the_build() throws Exception {
    List<String> bom = plugins(ROOT.resolve("evomoe-bom/pom.xml"));

    assertThat(bom).hasSizeGreaterThan(5);
    assertThat(plugins(ROOT.resolve("pom.xml"))).containsAll(bom);
  }

  /** As name and version. */
  private static List<String> plugins(Path pom) throws Exception {
    List<String> names = texts(pom, "//plugin[version]/artifactId");
    List<String> versions = texts(pom, "//plugin/version");
    List<String> plugins = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      plugins.add(names.get(i) + " " + versions.get(i));
    }
    return plugins;
  }

  @Test
  void should_name_every_module_that_has_a_jar() throws Exception {
    List<String> modules = texts(ROOT.resolve("pom.xml"), "/project/modules/module");
    modules.remove("evomoe-bom");

    assertThat(texts(ROOT.resolve("evomoe-bom/pom.xml"), "//dependencyManagement//artifactId"))
        .hasSizeGreaterThan(20)
        .containsAll(modules);
  }

  private static Map<String, String> properties(Path pom) throws Exception {
    Map<String, String> properties = new TreeMap<>();
    NodeList nodes = select(pom, "/project/properties/*");
    for (int i = 0; i < nodes.getLength(); i++) {
      Element element = (Element) nodes.item(i);
      properties.put(element.getTagName(), element.getTextContent().strip());
    }
    return properties;
  }

  private static List<String> texts(Path pom, String path) throws Exception {
    List<String> texts = new ArrayList<>();
    NodeList nodes = select(pom, path);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  private static NodeList select(Path pom, String path) throws Exception {
    File file = pom.toFile();
    Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
    return (NodeList)
        XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
  }
}
