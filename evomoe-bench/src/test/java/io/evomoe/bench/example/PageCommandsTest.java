package io.evomoe.bench.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command on a page is run by CI, by {@code .ci/commands}, or says why not. */
class PageCommandsTest {
  private static final Path RUNNER = Pages.ROOT.resolve(".ci/commands").toAbsolutePath();

  private static final Pattern COMMAND =
      Pattern.compile(
          "^[$ ]*(\\w+=\\S* +)*(\\.{0,2}/|~/|evomoe-\\w+/|\\.ci/)\\S+"
              + "|^[$ ]*(\\w+=\\S* +)*(mvn|cd|export|java|javac|mkdir|curl|wget|git|python3|pip|npm"
              + "|docker|podman|tensorboard|mkdocs|apt-get|source|sudo|spark-submit|echo) +\\S");
  private static final Pattern COMMENT = Pattern.compile("^ *<!--", Pattern.MULTILINE);
  private static final Pattern MARK =
      Pattern.compile(
          "<!-- not run: \\S+ .*\\S -->\n```sh\n"
              + "|<!-- run with: \\S.* => .*\\S -->\n(?=<!-- run |```sh\n)"
              + "|<!-- run before: \\S.* -->\n(?=<!-- run |```sh\n)"
              + "|<!-- run before:\n(?:(?!-->).+\n)+-->\n(?=<!-- run |```sh\n)");

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;

  static Stream<String> pages() {
    return Pages.all().stream().filter(page -> !Pages.blocks(page).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void should_be_in_blocks_that_are_run_unless_they_say_why_not(String page) {
    for (Pages.Block block : Pages.blocks(page)) {
      assertThat(block.language()).as(block.place()).isIn("", "sh", "java", "xml", "yaml");
      if (!block.language().equals("sh") && !block.language().equals("java")) {
        assertThat(block.text().lines().filter(line -> COMMAND.matcher(line).find()))
            .as("%s has a command, so it must begin with ```sh", block.place())
            .isEmpty();
      }
    }
    String text = Pages.text(page);
    assertThat(COMMENT.matcher(text).results())
        .allSatisfy(
            comment ->
                assertThat(MARK.matcher(text).region(comment.start(), text.length()).lookingAt())
                    .as(
                        "must be a mark right above a block of sh, with a reason or a change: %s",
                        text.substring(comment.start()).lines().findFirst().orElse(""))
                    .isTrue());
  }

  @Test
  void should_be_done_in_order_but_for_what_is_marked() throws Exception {
    int code =
        done(
            """
                Prose, and `in.txt`:

                ```
                a text
                ```

                ```sh
                cat in.txt > out
                echo plain >> out
                ```

                <!-- not run: takes an hour -->
                ```sh
                echo hour >> out
                ```

                <!-- run before: echo first > given -->
                <!-- run before:
                echo second >> given
                echo third >> given
                -->
                <!-- run with: --steps 600 => --steps 6 -->
                <!-- run with: big => small -->
                ```sh
                cat given >> out
                echo --steps 600 big big >> out
                ```

                ```sh
                echo --steps 600 >> out
                ```
                """);
    assertThat(code).as(Files.readString(folder.resolve("log"))).isZero();
    assertThat(Files.readAllLines(folder.resolve("work/out")))
        .containsExactly(
            "a text", "plain", "first", "second", "third", "--steps 6 small small", "--steps 600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```sh\nfalse\ntrue\n```\n",
        "<!-- run with: big => small -->\n```sh\ntrue\n```\n",
        "<!-- not run: too long -->\nProse.\n\n```sh\ntrue\n```\n",
        "<!-- run before: true -->\n```java\nint i;\n```\n",
        "```sh\ntrue\n```\n<!-- run before: true -->\n",
        "`mvnw.cmd`:\n\n```\nshould not be written over\n```\n\n```sh\ntrue\n```\n"
      })
  void should_fail_where_a_command_does_or_a_mark_has_no_effect(String page) throws Exception {
    assertThat(done(page)).isNotZero();
  }

  @Tag("long")
  @Test
  void should_end_what_a_page_leaves_running() throws Exception {
    assertThat(done("```sh\nsleep 600 &\necho $! > pid\nfalse\n```\n")).isNotZero();

    long pid = Long.parseLong(Files.readString(folder.resolve("work/pid")).strip());
    ProcessHandle.of(pid).ifPresent(left -> assertThat(left.onExit()).succeedsWithin(MINUTE));
  }

  private int done(String page) throws Exception {
    assumeTrue(onPath("bash"), "bash is not installed");
    Path file = folder.resolve("page.md");
    Files.writeString(file, page);
    Process process =
        new ProcessBuilder(
                List.of(
                    "bash", RUNNER.toString(), file.toString(), folder.resolve("work").toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    process.getOutputStream().close();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private static boolean onPath(String command) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, command)));
  }
}
