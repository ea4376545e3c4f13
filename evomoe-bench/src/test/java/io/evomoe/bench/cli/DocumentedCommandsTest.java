package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.evomoe.run.internal.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that the documentation shows are understood. */
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Pattern COMMAND = Pattern.compile("\\./evomoe ([^`|&\\n#]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/hugging-face.md",
        "docs/use-anywhere.md",
        "docs/upcycling.md",
        "docs/checkpoints.md",
        "docs/determinism.md",
        "docs/scale.md",
        "docs/spark.md",
        "docs/study.md",
        "docs/tutorial/1-your-text.md",
        "docs/tutorial/2-your-gate.md",
        "docs/tutorial/3-your-llama.md",
        "docs/tutorial/4-your-cluster.md",
        "docs/watching.md"
      })
  void should_be_parsed(String document) throws IOException {
    Matcher commands = COMMAND.matcher(Files.readString(ROOT.resolve(document)));
    int found = 0;
    while (commands.find()) {
      String command = commands.group(1).strip();
      assertThatCode(() -> Main.commandLine().parseArgs(words(command)))
          .as(command)
          .doesNotThrowAnyException();
      found++;
    }
    assertThat(found).isPositive();
  }

  @Test
  void should_name_every_task_and_its_data() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    for (String task : Tasks.names()) {
      assertThat(readme).contains("| `" + task + "` |");
      for (String folder : Tasks.named(task).shippedData()) {
        assertThat(readme).contains("data/" + folder);
        assertThat(ROOT.resolve("data").resolve(folder)).isDirectory();
      }
    }
  }

  private static String[] words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return words.toArray(String[]::new);
  }
}
