package io.evomoe.run.internal.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import io.evomoe.training.Progress;

/**
 * What an export in our own form says of its run: enough to make the same model again.
 *
 * @param config of the run
 * @param progress how far it had come
 * @param moment of its next step
 * @param tokens that its tokenizer has
 */
public record RunDescription(RunConfig config, Progress progress, StepContext moment, int tokens) {

  /** As fields. */
  public ObjectNode fields() {
    ObjectNode fields = StrictYaml.nothing();
    fields.set("config", ConfigFile.fields(config));
    fields.put("tokens", tokens).put("spawned", progress.spawned());
    fields.put("step", progress.step()).put("trainedTokens", progress.tokens());
    fields.put("trainFlops", progress.trainFlops()).put("skipped", progress.skipped());
    fields.put("phase", moment.phase().name()).put("temperature", moment.temperature());
    fields.put("hardExperts", moment.hardExperts()).put("seed", moment.seed());
    return fields;
  }

  /**
   * Reads fields.
   *
   * @param source for messages
   * @throws IllegalArgumentException naming source and field
   */
  public static RunDescription read(ObjectNode fields, String source) {
    try {
      long step = required(fields, "step").longValue();
      return new RunDescription(
          ConfigFile.read((ObjectNode) required(fields, "config"), source + ": config"),
          new Progress(
              step,
              required(fields, "trainedTokens").longValue(),
              required(fields, "trainFlops").doubleValue(),
              required(fields, "spawned").booleanValue(),
              required(fields, "skipped").longValue()),
          new StepContext(
              step,
              Phase.valueOf(required(fields, "phase").asText()),
              required(fields, "temperature").doubleValue(),
              required(fields, "hardExperts").intValue(),
              false,
              required(fields, "seed").longValue()),
          required(fields, "tokens").intValue());
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(source + ": config must be a mapping", e);
    }
  }

  private static JsonNode required(ObjectNode fields, String name) {
    JsonNode node = fields.path(name);
    if (node.isMissingNode() || node.isNull()) {
      throw new IllegalArgumentException("evomoe.run." + name + " must be there, was left out");
    }
    return node;
  }
}
