package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void own_text_should_have_llama_blocks_and_a_preset_by_its_size(@TempDir Path folder)
      throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "word ".repeat(1000));
    RunOptions own = new RunOptions();
    CommandLine.populateCommand(own, "--data", "" + text, "--preset", "auto");
    assertThat(own.preset()).isEqualTo("quick");
    assertThat(own.config("evomoe", 1).model().architecture()).isEqualTo(Architecture.LLAMA);

    Files.writeString(text, "word ".repeat(50_000));
    assertThat(own.preset()).isEqualTo("small");

    RunOptions shipped = new RunOptions();
    assertThat(shipped.config("evomoe", 1).model().architecture()).isEqualTo(Architecture.GPT);
  }

  @Test
  void a_goal_should_choose_the_blocks_and_reject_a_model_that_cannot_reach_it() {
    RunOptions exported = new RunOptions();
    CommandLine.populateCommand(exported, "--for", "gguf");
    assertThat(exported.config("evomoe", 1).model().architecture()).isEqualTo(Architecture.LLAMA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> exported.config("switch", 1))
        .withMessageStartingWith("--for gguf cannot be given with --task gpt, --gate switch and")
        .withMessageContaining("gates that it can run: ")
        .withMessageContaining("evomoe");

    RunOptions blocks = new RunOptions();
    CommandLine.populateCommand(blocks, "--for", "hf", "--set", "model.architecture=gpt");
    assertThatIllegalArgumentException().isThrownBy(() -> blocks.config("evomoe", 1));
  }
}
