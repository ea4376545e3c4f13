package io.evomoe.run.internal.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.step.StepContext;
import io.evomoe.training.TrainingState.Progress;
import java.util.List;

/**
 * The description of a run in an export in our own form; it is enough to create the same model
 * again.
 *
 * @param config of the run
 * @param progress of the training
 * @param moment of its next step
 * @param tokens number of tokens in its tokenizer
 * @param frozen names of parameters that are no longer trained
 */
public record RunDescription(
    RunConfig config, Progress progress, StepContext moment, int tokens, List<String> frozen) {
  private static final String CONFIG = "config";

  /** Keeps the names unmodifiable. */
  public RunDescription {
    frozen = List.copyOf(frozen);
  }

  /**
   * Reads fields.
   *
   * @param source for messages
   * @throws IllegalArgumentException naming source and field
   */
  public static RunDescription read(ObjectNode fields, String source) {
    ObjectNode complete = fields.deepCopy();
    if (fields.get(CONFIG) instanceof ObjectNode config) {
      complete.set(CONFIG, StrictYaml.fields(ConfigFile.read(config, source + ": " + CONFIG)));
    }
    return StrictYaml.bind(complete, RunDescription.class, source);
  }
}
