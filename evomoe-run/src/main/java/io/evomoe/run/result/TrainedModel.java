package io.evomoe.run.result;

import io.evomoe.step.StepContext;
import io.evomoe.training.Model;

/**
 * A model with the weights of a checkpoint.
 *
 * @param model the model, with loaded parameters
 * @param context phase and temperature of the next step, for evaluation
 * @param <M> the model
 */
public record TrainedModel<M extends Model<?>>(M model, StepContext context)
    implements AutoCloseable {

  /**
   * Returns this with a checked model type.
   *
   * @throws ClassCastException if the model has another type
   */
  public <T extends Model<?>> TrainedModel<T> as(Class<T> type) {
    return new TrainedModel<>(type.cast(model), context);
  }

  /**
   * Returns the model with a fixed number of experts per token; a gate that anneals is in its hard
   * phase then.
   *
   * @param expertsPerToken experts per token, 1 to E
   * @throws IllegalArgumentException if the model's gate does not support this, with the reason
   */
  public TrainedModel<M> withExpertsPerToken(int expertsPerToken) {
    return new TrainedModel<>(
        model, model.evolving().withExpertsPerToken(context, expertsPerToken));
  }

  /** Releases the model's memory. */
  @Override
  public void close() {
    model.close();
  }
}
