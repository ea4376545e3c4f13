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

  /**
   * The same model, every token with a fixed number of experts: a gate that anneals is used in its
   * hard phase.
   *
   * @param expertsPerToken experts of a token, 1 to E
   * @throws IllegalArgumentException if the model's gate cannot do so, with the reason
   */
  public TrainedModel<M> withExpertsPerToken(int expertsPerToken) {
    return new TrainedModel<>(
        model, model.evolving().withExpertsPerToken(context, expertsPerToken));
  }

  /** Gives back the model's memory. */
  @Override
  public void close() {
    model.close();
  }
}
