package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.CommandText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"runs/a-1", "", "a b", "it's", "$HOME", "a\"b", "*", "a;b", "x\\y", "ü", "~"})
  void should_write_a_word_so_that_a_shell_reads_it(String word) throws Exception {
    String command = "printf %s " + CommandText.quoted(word);
    Process shell = new ProcessBuilder("sh", "-c", command).start();

    assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(word);
  }

  @Test
  void should_name_the_variables_without_which_the_command_would_be_another() {
    Map<String, String> environment =
        Map.of(
            "EVOMOE_KERNELS", "nd4j",
            "EVOMOE_CLASSPATH", "my gate.jar",
            "EVOMOE_JAVA_OPTS", " ",
            "HOME", "/home/me");

    assertThat(CommandText.program("./evomoe", environment))
        .isEqualTo("EVOMOE_KERNELS=nd4j EVOMOE_CLASSPATH='my gate.jar' ./evomoe");
    assertThat(CommandText.program("evomoe.cmd", environment)).isEqualTo("evomoe.cmd");
  }

  @Test
  void should_leave_plain_words_as_they_are() {
    for (String word : List.of("--set", "model.experts=16", "runs/a-1", "spark://h:7077,b@c")) {
      assertThat(CommandText.quoted(word)).isEqualTo(word);
    }
  }
}
