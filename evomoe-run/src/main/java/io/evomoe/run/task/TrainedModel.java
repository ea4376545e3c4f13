package io.evomoe.run.task;

import io.evomoe.step.StepContext;
import io.evomoe.training.Model;

/**
 * A model as a checkpoint has it.
 *
 * @param model its parameters loaded
 * @param moment phase and temperature of its next step, evaluating
 * @param <M> the model
 */
public record TrainedModel<M extends Model<?>>(M model, StepContext moment)
    implements AutoCloseable {

  /** Gives back the model's memory. */
  @Override
  public void close() {
    model.close();
  }
}
