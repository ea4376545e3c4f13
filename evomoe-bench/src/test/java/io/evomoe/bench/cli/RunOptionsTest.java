package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.run.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RunOptionsTest {

  @Test
  void batch_and_learning_rate_should_be_options_of_all_commands_that_train() {
    String[] options = {"--learning-rate", "0.5", "--batch", "3"};
    for (String command : List.of("train", "compare", "bench determinism", "finetune")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
      words.addAll(List.of(options));
      words.addAll(command.equals("finetune") ? List.of("--checkpoint", "x") : List.of());
      assertThatCode(() -> Main.commandLine().parseArgs(words.toArray(String[]::new)))
          .as(command)
          .doesNotThrowAnyException();
    }
    RunOptions given = new RunOptions();
    CommandLine.populateCommand(given, options);
    RunConfig config = given.config("switch", 1);
    assertThat(config.training().batch()).isEqualTo(3);
    assertThat(config.training().learningRate()).isEqualTo(0.5);
  }

  @Test
  void what_an_option_and_set_give_otherwise_should_be_refused() {
    for (String[] both :
        List.of(
            new String[] {"--steps", "5", "--set", "training.steps=6"},
            new String[] {"--precision", "bf16", "--set", "compute.precision=f32"})) {
      RunOptions given = new RunOptions();
      CommandLine.populateCommand(given, both);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> given.config("switch", 1))
          .withMessageEndingWith(
              " by --set and %s by %s: use one of them".formatted(both[1], both[0]));
    }
    RunOptions same = new RunOptions();
    CommandLine.populateCommand(same, "--steps", "5", "--set", "training.steps=5");
    assertThat(same.config("switch", 1).training().steps()).isEqualTo(5);
  }
}
