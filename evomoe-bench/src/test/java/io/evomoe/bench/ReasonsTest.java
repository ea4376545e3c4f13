package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an exception of reading or writing becomes says why. */
class ReasonsTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Pattern CAUGHT =
      Pattern.compile(
          "catch \\((?:java\\.io\\.)?IOException (\\w+)\\) \\{(.*?)\\n( *)\\}", Pattern.DOTALL);

  @Test
  void every_message_about_a_file_should_have_a_reason() throws IOException {
    List<String> without = new ArrayList<>();
    int found = 0;
    for (Path source : sources()) {
      Matcher caught = CAUGHT.matcher(Files.readString(source));
      while (caught.find()) {
        String block = caught.group(2);
        boolean told = block.contains("new ") && block.contains("\"");
        found += told ? 1 : 0;
        if (told
            && !block.contains("IoReason.of(" + caught.group(1))
            && !block.contains("(" + caught.group(1) + ")")) {
          without.add(source.getFileName() + ": " + block.strip());
        }
      }
    }
    assertThat(without).isEmpty();
    assertThat(found).isGreaterThan(30);
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "gates", "models", "bench", "spark")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve("evomoe-" + module + "/src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }
}
