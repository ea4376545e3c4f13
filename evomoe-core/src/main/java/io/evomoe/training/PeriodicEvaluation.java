package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Measures a model on validation batches every {@link TrainingConfig#evalEvery()} steps and after
 * the last step. It remembers the result of the previous evaluation.
 *
 * @param <B> a batch
 */
public final class PeriodicEvaluation<B> {
  private final Evaluation<B> evaluation;
  private final TrainingConfig training;
  private FirstExperts before = new FirstExperts();

  /** Creates evaluations of {@code model} on {@code batches}. */
  public PeriodicEvaluation(Model<B> model, List<B> batches, TrainingConfig training) {
    this.evaluation = new Evaluation<>(model, batches);
    this.training = training;
  }

  /**
   * Measures the model after one or several steps, if an evaluation is due.
   *
   * @param from finished steps before them
   * @param done record of the last one
   * @param context phase and temperature of the last one
   * @return the record with the validation loss and the routing fluctuation, if they were measured;
   *     several due evaluations give one result
   * @throws NotFiniteException if a value is not finite
   */
  public StepRecord measureIfDue(long from, StepRecord done, StepContext context) {
    return training.isDue(training.evalEvery(), from, done.step()) ? measure(done, context) : done;
  }

  private StepRecord measure(StepRecord done, StepContext context) {
    Evaluation.Measured measured = measure(context);
    OptionalDouble fluctuation = measured.firstExperts().changedSince(before);
    before = measured.firstExperts();
    return done.evaluated(measured.loss().orElse(Double.NaN), fluctuation.orElse(Double.NaN));
  }

  private Evaluation.Measured measure(StepContext context) {
    try {
      Evaluation.Measured measured = evaluation.measure(context);
      double loss = measured.loss().orElse(0);
      if (!Double.isFinite(loss)) {
        throw new NotFiniteException("the loss was " + loss);
      }
      return measured;
    } catch (NotFiniteException e) {
      throw new NotFiniteException("on validation data, " + e.getMessage());
    }
  }
}
