package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionConfig.TemperatureShape;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigFileTest {
  @TempDir Path folder;

  @Test
  void should_read_what_it_wrote() {
    RunConfig config = ConfigFile.set(config(), "model.sharedExperts", "2");
    Path file = folder.resolve("config.yaml");
    ConfigFile.write(file, config);

    assertThat(config.model().sharedExperts()).isEqualTo(2);
    assertThat(ConfigFile.read(file)).isEqualTo(config);
  }

  @Test
  void should_give_the_fields_that_the_records_have_and_the_options_of_the_runs_own_gate() {
    RunConfig config = Tasks.preset("gpt", "quick").config("gpt", "switch", 3);
    config = ConfigFile.set(config, "gateOptions.switch.alpha", "0.5");
    config = ConfigFile.set(config, "gateOptions.topk.k", "1");
    config =
        ConfigFile.set(
            config, Map.of("training.schedule", "wsd", "training.scheduleOptions.decay", "linear"));
    config = ConfigFile.set(config, "training.optimizerOptions.gateRate", "0.5");

    Map<String, String> values = ConfigFile.values(config);

    List<String> expected = new ArrayList<>(ConfigFile.ALL.keySet());
    expected.set(expected.indexOf("gateOptions"), "gateOptions.switch.alpha");
    expected.set(expected.indexOf("training.scheduleOptions"), "training.scheduleOptions.decay");
    expected.set(
        expected.indexOf("training.optimizerOptions"), "training.optimizerOptions.gateRate");
    assertThat(values.keySet()).containsExactlyElementsOf(expected);
    assertThat(values)
        .containsEntry("gateOptions.switch.alpha", "0.5")
        .containsEntry("model.experts", "4")
        .containsEntry("seed", "3")
        .containsEntry("compute.precision", "f32")
        .containsEntry("evolution.hardFrom", Fields.EMPTY);
  }

  @Test
  void should_write_the_same_configuration_in_the_same_order() {
    List<String> gates = List.of("topk", "dts", "switch", "evomoe", "hash", "remoe", "base");
    RunConfig config = config();
    for (String gate : gates) {
      config = ConfigFile.set(config, "gateOptions.%s.balance".formatted(gate), "0.01");
    }

    assertThat(config.gateOptions().keySet()).containsExactlyElementsOf(new TreeSet<>(gates));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_refuse_a_pipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.read(pipe))
        .withMessage(
            "configuration %s must be a file, which can be read twice, is a pipe or device", pipe);
  }

  @Test
  void should_use_the_defaults_of_fields_that_a_file_does_not_name() throws IOException {
    Path file = folder.resolve("config.yaml");
    RunConfig hard = ConfigFile.set(config(), "evolution.hardFrom", "7");
    List<String> lines =
        ConfigFile.text(hard)
            .lines()
            .filter(line -> !line.matches("  (sharedExperts|finalTopK|keepCheckpoints):.*"))
            .toList();
    assertThat(lines).hasSize((int) ConfigFile.text(hard).lines().count() - 3);
    Files.write(file, lines);

    assertThat(ConfigFile.read(file)).isEqualTo(hard);
  }

  /** Runs of before there was the field. */
  @Test
  void should_read_paragraphs_if_a_saved_configuration_names_no_documents() {
    String text = ConfigFile.text(config()).replaceFirst("  documents: .*\n", "");

    assertThat(config().data().documents()).isEqualTo("file");
    assertThat(ConfigFile.parse(text, "old").data()).isEqualTo(DataForm.PARAGRAPHS);
  }

  @Test
  void should_refuse_to_cut_a_fraction_off_a_whole_number() throws IOException {
    Path file = Files.writeString(folder.resolve("half.yaml"), "model:\n  numHiddenLayers: 2.5\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.set(config(), "model.numHiddenLayers", "2.5"))
        .withMessageContaining("model.numHiddenLayers")
        .withMessageContaining("2.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(config(), file))
        .withMessageContaining("numHiddenLayers")
        .withMessageContaining("2.5");
  }

  @Test
  void should_refuse_a_second_document() throws IOException {
    Path file = folder.resolve("two.yaml");
    Files.writeString(file, "model:\n  numHiddenLayers: 2\n---\nmodel:\n  numHiddenLayers: 3\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(config(), file))
        .withMessageContaining("two.yaml");
  }

  @Test
  void should_say_where_a_file_is_not_yaml() throws IOException {
    Path file = folder.resolve("broken.yaml");
    Files.writeString(file, "model:\n  numHiddenLayers: [2\ntraining: {}\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(config(), file))
        .withMessageStartingWith("configuration " + file + " is not YAML: line 3, column ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training:\\n   steps: 3\\n  batch: 4|line 3, column 3: batch must begin in column 4 to be a field of training, or in column 1, begins in column 3",
        "training:\\n  steps: 3\\n   batch: 4|: batch must begin in column 3 to be a field of training, or in column 1, begins in column 4",
        "model:\\n  experts: 3\\n training:\\n  steps: 4|: training must begin in column 3 to be a field of model, or in column 1, begins in column 2",
        "training:\\n  # lower\\n\\tsteps: 3|line 3, column 1: must be indented with spaces, has a tab",
        "model:\\n  experts: [2\\ntraining: {}|: experts: expected ',' or ']', but got",
        "training:\\n  steps 3\\n  batch: 4|line 3, column "
      })
  void should_name_the_field_that_is_not_yaml(String text, String says) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ConfigFile.parse(text.replace("\\n", "\n").replace("\\t", "\t"), "a.yaml"))
        .withMessageContaining("configuration a.yaml is not YAML: line ")
        .withMessageContaining(says);
  }

  @Test
  void should_name_a_field_once() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.set(config(), "model.hiddenSize", "abc"))
        .withMessage("model.hiddenSize must be a whole number, was abc");
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void should_give_the_paper_gate_the_schedule_of_the_official_scripts(Architecture architecture) {
    RunConfig paper = Tasks.preset("gpt", "small").config("gpt", "evomoe-paper", 1, architecture);

    assertThat(paper.gateOptions()).isEmpty();
    assertThat(paper.evolution())
        .isEqualTo(
            EvolutionConfig.defaults()
                .with(e -> e.spawn("mask:0.3").schedule(TemperatureShape.LINEAR))
                .with(e -> e.maxTemperature(2).minTemperature(0.5).hardShare(0.9)));
  }

  private static RunConfig config() {
    return Tasks.preset("gpt", "quick").config("gpt", "switch", 1);
  }
}
