package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.models.text.HeldOut;
import io.evomoe.training.Guards;
import io.evomoe.training.TrainingConfig;
import java.util.List;
import java.util.Map;

/**
 * A size of a task that is known to work.
 *
 * @param name for the command line
 * @param model size of the model
 * @param training how to train it
 */
public record Preset(String name, ModelConfig model, TrainingConfig training) {

  /**
   * Presets as a file has them.
   *
   * @param yaml by name, {@code model} and {@code training}; fields that are left out are those of
   *     {@link TrainingConfig#defaults}, and no shared experts
   */
  public static List<Preset> parse(String yaml) {
    return StrictYaml.value(yaml).properties().stream()
        .map(preset -> of(preset.getKey(), preset.getValue()))
        .toList();
  }

  private static Preset of(String name, JsonNode fields) {
    ObjectNode model = fields.withObject("model");
    if (!model.has("sharedExperts")) {
      model.put("sharedExperts", 0);
    }
    ObjectNode training = fields.withObject("training");
    ObjectNode complete =
        StrictYaml.fields(TrainingConfig.defaults(training.required("steps").asLong()));
    StrictYaml.merge(complete, training);
    String source = "preset " + name;
    return new Preset(
        name,
        StrictYaml.bind(model, ModelConfig.class, source),
        StrictYaml.bind(complete, TrainingConfig.class, source));
  }

  /** A run of this size. */
  public RunConfig config(String task, String gate, long seed) {
    return new RunConfig(
        task,
        gate,
        seed,
        model,
        training,
        EvolutionConfig.defaults(),
        Map.of(),
        ComputeConfig.DEFAULT,
        ArchitectureConfig.DEFAULT,
        Guards.DEFAULT,
        HeldOut.DEFAULT);
  }
}
