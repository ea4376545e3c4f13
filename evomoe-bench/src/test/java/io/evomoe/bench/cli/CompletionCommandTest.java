package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What shells offer that have read the scripts. */
class CompletionCommandTest {
  /** What bash and zsh call; words are those of the line, the last one unfinished. */
  private static final String ASK =
      """
      COMP_WORDS=(%s "%s"); COMP_CWORD=%d; COMP_LINE="${COMP_WORDS[*]}"; COMPREPLY=()
      _complete_evomoe
      printf '%%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void should_offer_commands_options_and_names(String shell) throws Exception {
    assumeTrue(onPath(shell), shell + " is not installed");
    assertThat(offered(shell, "evomoe", "tra")).containsExactlyInAnyOrder("train", "translate");
    assertThat(offered(shell, "evomoe bench", ""))
        .contains("step", "kernels")
        .doesNotContain("eval");
    assertThat(offered(shell, "./evomoe train", "--res")).containsExactly("--resume");
    assertThat(offered(shell, "evomoe bench generate", "--ba")).containsExactly("--batch");
    assertThat(offered(shell, "evomoe eval --split", "t"))
        .containsExactlyInAnyOrder("train", "test");
    assertThat(offered(shell, "evomoe train --task", ""))
        .containsExactlyInAnyOrder("gpt", "roberta", "mt");
    assertThat(offered(shell, "evomoe train --gate", "swi")).containsExactly("switch");
    assertThat(offered(shell, "evomoe compare --preset", "qu")).containsExactly("quick");
    assertThat(offered(shell, "evomoe compare --keep-models", "")).contains("best", "all", "none");
    assertThat(offered(shell, "evomoe train --data-format", "json")).containsExactly("jsonl");
  }

  @Test
  void should_offer_files_where_an_option_takes_one() throws Exception {
    assumeTrue(onPath("bash"), "bash is not installed");
    Files.createFile(folder.resolve("some-text.txt"));
    assertThat(offered("bash", "evomoe train --data", "some")).containsExactly("some-text.txt");
  }

  /** Of what a shell is given, it shows what fits the word: zsh does that last. */
  private List<String> offered(String shell, String words, String last) throws Exception {
    Path script = folder.resolve("completion");
    Files.writeString(script, CommandRun.of("completion").succeeded().out());
    String ask = ASK.formatted(words, last, words.split(" ").length);
    String load = ". '" + script + "'\n";
    List<String> given =
        shell.equals("bash")
            ? run("bash", "-c", load + ask)
            // As bashcompinit calls functions of bash.
            : run(
                "zsh", "-fc", load + "emulate -L sh; setopt kshglob noshglob braceexpand\n" + ask);
    return given.stream().filter(word -> word.startsWith(last)).toList();
  }

  private List<String> run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return out.lines().map(line -> line.replaceFirst("\t.*", "").strip()).distinct().toList();
  }

  private static boolean onPath(String command) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, command)));
  }
}
