package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.names.Fields;
import io.evomoe.run.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigFieldsTest {

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
}
