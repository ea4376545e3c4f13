package io.evomoe.bench.run;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.step.StepContext;
import io.evomoe.training.checkpoint.Checkpoint;

/**
 * A GPT as a checkpoint has it.
 *
 * @param model its parameters loaded
 * @param context phase and temperature of its next step, evaluating
 */
public record TrainedGpt(Gpt model, StepContext context) {

  /** Builds the model of a run and loads a checkpoint into it. */
  public static TrainedGpt load(RunConfig config, Tokenizer tokenizer, Checkpoint checkpoint) {
    Gpt model =
        GptTask.model(
            config, tokenizer.vocabularySize(), TrainingFacts.ofSteps(config.training().steps()));
    if (checkpoint.progress().spawned()) {
      model.spawn(config.evolution().config(config.training().steps()).spawn(), config.seed());
    }
    checkpoint.loadModel(model);
    return new TrainedGpt(model, checkpoint.moment().evaluating());
  }
}
