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
final class PeriodicEvaluation<B> {
  private final Evaluation<B> evaluation;
  private final TrainingConfig training;
  private FirstExperts before = new FirstExperts();

  /** Creates evaluations of {@code model} on {@code batches}. */
  PeriodicEvaluation(Model<B> model, List<B> batches, TrainingConfig training) {
    this.evaluation = new Evaluation<>(model, batches);
    this.training = training;
  }

  /**
   * Returns whether an evaluation is due after one or several steps.
   *
   * @param from finished steps before them
   * @param to finished steps after them
   */
  boolean isDue(long from, long to) {
    return training.isDue(training.evalEvery(), from, to);
  }

  /**
   * Measures the model.
   *
   * @param done record of the last step
   * @param context phase and temperature of the last step
   * @return the record with the validation loss and the routing fluctuation
   * @throws NotFiniteException if a value is not finite
   */
  StepRecord measure(StepRecord done, StepContext context) {
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
