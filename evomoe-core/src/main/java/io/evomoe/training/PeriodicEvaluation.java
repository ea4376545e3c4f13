package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Optional;
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
   * @param done finished steps now, with phase and temperature of the last one
   * @return empty if no evaluation is due; several due evaluations give one result
   * @throws NotFiniteException if a value is not finite
   */
  public Optional<Result> measureIfDue(long from, StepResult done) {
    if (!training.isDue(training.evalEvery(), from, done.progress().step())) {
      return Optional.empty();
    }
    Evaluation.Measured measured = measure(done.context());
    Result result = new Result(measured.loss(), measured.firstExperts().changedSince(before));
    before = measured.firstExperts();
    return Optional.of(result);
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

  /**
   * The result of one evaluation.
   *
   * @param loss mean task loss over all counted targets, in nats; empty if no target counts
   * @param routingFluctuation share of the real tokens whose first expert has changed since the
   *     previous evaluation, in 0..1, averaged over layers; empty without a previous evaluation
   *     with experts
   */
  public record Result(OptionalDouble loss, OptionalDouble routingFluctuation) {
    /** The result if no evaluation was due. */
    public static final Result NONE = new Result(OptionalDouble.empty(), OptionalDouble.empty());
  }
}
