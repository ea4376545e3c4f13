package io.evomoe.run.result;

import io.evomoe.step.StepContext;
import io.evomoe.training.Model;

/**
 * A model as a checkpoint has it.
 *
 * @param model its parameters loaded
 * @param context phase and temperature of its next step, evaluating
 * @param <M> the model
 */
public record TrainedModel<M extends Model<?>>(M model, StepContext context)
    implements AutoCloseable {

  /**
   * The same, its model's type known.
   *
   * @throws ClassCastException if the model is another one
   */
  public <T extends Model<?>> TrainedModel<T> as(Class<T> type) {
    return new TrainedModel<>(type.cast(model), context);
  }

  /** Gives back the model's memory. */
  @Override
  public void close() {
    model.close();
  }
}
