package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.text.OddText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DocumentLinesTest {
  private static final List<String> BREAKS =
      List.of(
          "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r", "\n \n", "\n\t\u2003\r\n", " \n ", "");

  @Test
  void should_find_the_documents_of_the_whole_text_wherever_it_is_cut() {
    for (int seed = 0; seed < 300; seed++) {
      String text = text(seed);
      List<String> documents = documentsOfWhole(text);

      assertThat(documentsOf("paragraph", text, List.of()))
          .as("seed %d", seed)
          .isEqualTo(documents);
      for (int cut = 1; cut < text.length(); cut++) {
        assertThat(documentsOf("paragraph", text, List.of(cut)))
            .as("seed %d, cut at %d", seed, cut)
            .isEqualTo(documents);
      }
      List<Integer> everywhere = new ArrayList<>();
      for (int cut = 1; cut < text.length(); cut++) {
        everywhere.add(cut);
      }
      assertThat(documentsOf("paragraph", text, everywhere))
          .as("seed %d", seed)
          .isEqualTo(documents);
    }
  }

  @Test
  void should_hand_on_a_long_document_in_parts_and_short_ones_whole() {
    List<Integer> parts = new ArrayList<>();
    DocumentLines lines = new DocumentLines(reader(parts), DocumentRule.of("paragraph"), true);
    lines.read("a\nb\n\n");
    for (int i = 0; i < 1000; i++) {
      lines.read("x".repeat(1000));
    }
    lines.end();

    assertThat(parts.get(0)).isEqualTo(3);
    assertThat(parts.subList(1, parts.size())).hasSizeGreaterThan(10);
    assertThat(parts.stream().mapToInt(i -> i).sum()).isEqualTo(1_000_003);
  }

  @Test
  void should_divide_by_every_rule_wherever_the_text_is_cut() {
    String text = "\n a\r\n\r\nb\n==\n\n\fc\n=== \n=====\r\n\nd \n \n";
    Map<String, List<String>> rules =
        Map.of(
            "file", List.of(" a\n\nb\n==", "c\n=== \n=====\n\nd "),
            "paragraph", List.of(" a", "b\n==", "\fc\n=== \n=====", "d "),
            "line", List.of(" a", "b", "==", "\fc", "=== ", "=====", "d "),
            "separator:={2,}", List.of(" a\n\nb", "\fc\n=== ", "d "));

    rules.forEach(
        (rule, documents) -> {
          for (int cut = 1; cut < text.length(); cut++) {
            assertThat(documentsOf(rule, text, List.of(cut)))
                .as("%s, cut at %d", rule, cut)
                .isEqualTo(documents);
          }
        });
  }

  private static DocumentReader reader(List<Integer> parts) {
    return new DocumentReader() {
      @Override
      public void part(String text) {
        parts.add(text.length());
      }

      @Override
      public void end() {}
    };
  }

  private static String text(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      text.append(OddText.random(31L * seed + i)).append(BREAKS.get(random.nextInt(BREAKS.size())));
    }
    return text.toString();
  }

  private static List<String> documentsOf(String rule, String text, List<Integer> cuts) {
    List<String> documents = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    DocumentLines lines =
        new DocumentLines(
            new DocumentReader() {
              @Override
              public void part(String part) {
                assertThat(part).isNotEmpty();
                document.append(part);
              }

              @Override
              public void end() {
                documents.add(document.toString());
                document.setLength(0);
              }
            },
            DocumentRule.of(rule),
            true);
    int start = 0;
    for (int cut : cuts) {
      if (!Character.isSurrogatePair(text.charAt(cut - 1), text.charAt(cut))) {
        lines.read(text.substring(start, cut));
        start = cut;
      }
    }
    if (start < text.length()) {
      lines.read(text.substring(start));
    }
    lines.end();
    return documents;
  }

  private static List<String> documentsOfWhole(String text) {
    List<String> documents = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    text.lines()
        .forEach(
            line -> {
              if (!line.isBlank()) {
                lines.add(line);
              } else if (!lines.isEmpty()) {
                documents.add(String.join("\n", lines));
                lines.clear();
              }
            });
    if (!lines.isEmpty()) {
      documents.add(String.join("\n", lines));
    }
    return documents;
  }
}
