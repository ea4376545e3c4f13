package io.evomoe.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What Maven's project files say, for tests that hold them to each other. */
final class Poms {
  private Poms() {}

  /** Name to value. */
  static Map<String, String> properties(Path pom) throws Exception {
    Map<String, String> properties = new TreeMap<>();
    NodeList nodes = select(pom, "/project/properties/*");
    for (int i = 0; i < nodes.getLength(); i++) {
      Element element = (Element) nodes.item(i);
      properties.put(element.getTagName(), element.getTextContent().strip());
    }
    return properties;
  }

  /** Of the elements at an XPath. */
  static List<String> texts(Path pom, String path) throws Exception {
    List<String> texts = new ArrayList<>();
    NodeList nodes = select(pom, path);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  private static NodeList select(Path pom, String path) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    return (NodeList)
        XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
  }
}
