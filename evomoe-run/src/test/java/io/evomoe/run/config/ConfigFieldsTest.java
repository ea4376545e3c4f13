package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.task.Tasks;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigFieldsTest {

  /**
   * So nobody adds a field without saying what it means that a checkpoint was made with another.
   */
  @Test
  void should_know_the_kind_of_every_field_of_the_records() {
    assertThat(ConfigFields.KINDS.keySet())
        .containsExactlyInAnyOrderElementsOf(names("", RunConfig.class));
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

    Map<String, String> values = ConfigFields.values(config);

    List<String> expected = new ArrayList<>(names("", RunConfig.class));
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
        .containsEntry("evolution.hardFrom", ConfigFields.EMPTY);
  }

  private static List<String> names(String prefix, Class<?> record) {
    List<String> names = new ArrayList<>();
    for (RecordComponent field : record.getRecordComponents()) {
      String name = prefix + field.getName();
      if (field.getType().isRecord()) {
        names.addAll(names(name + ".", field.getType()));
      } else {
        names.add(name);
      }
    }
    return names;
  }
}
