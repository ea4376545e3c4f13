package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.evomoe.bench.example.Pages;
import io.evomoe.run.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands that the documentation shows are understood. */
class DocumentedCommandsTest {
  private static final Pattern COMMAND = Pattern.compile("\\./evomoe ([^`|&<>)\\n#]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  static Stream<String> pages() {
    return Pages.all().stream().filter(page -> COMMAND.matcher(Pages.text(page)).find());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void should_be_parsed(String page) {
    Matcher commands = COMMAND.matcher(Pages.text(page).replace("\\\n", " "));
    while (commands.find()) {
      String command = commands.group(1).replaceFirst("-->$", "").strip();
      assertThatCode(() -> Main.commandLine().parseArgs(words(command)))
          .as(command)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void should_name_every_task_and_its_data() {
    String page = Pages.text("docs/data.md");
    for (String task : Tasks.names()) {
      assertThat(page).contains("| `" + task + "` |");
      for (String folder : Tasks.named(task).shippedData()) {
        assertThat(page).contains("data/" + folder);
        assertThat(Pages.ROOT.resolve("data").resolve(folder)).isDirectory();
      }
    }
  }

  private static String[] words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      if (matcher.group().startsWith("$")) {
        continue; // a variable, for options that the line above it has
      }
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return words.toArray(String[]::new);
  }
}
