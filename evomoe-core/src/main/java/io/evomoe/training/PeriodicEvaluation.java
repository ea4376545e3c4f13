package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures a model on held-out batches every {@link TrainingConfig#evalEvery()} steps and after the
 * last one, and remembers what the evaluation before found.
 *
 * @param <B> a batch
 */
public final class PeriodicEvaluation<B> {
  private final Evaluation<B> evaluation;
  private final TrainingConfig training;
  private FirstExperts before = new FirstExperts();

  /** Measures {@code model} on {@code batches}. */
  public PeriodicEvaluation(Model<B> model, List<B> batches, TrainingConfig training) {
    this.evaluation = new Evaluation<>(model, batches);
    this.training = training;
  }

  /**
   * Measures after a step, or after several.
   *
   * @param from finished steps before them
   * @param done finished steps now, and phase and temperature of the last one
   * @return empty if no evaluation is due, of once or of several times the same
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
      throw new NotFiniteException("on held-out data, " + e.getMessage());
    }
  }

  /**
   * What one evaluation found.
   *
   * @param loss mean task loss over all counted targets, in nats; empty when no target counts
   * @param routingFluctuation share of the real tokens whose first expert changed since the
   *     evaluation before, in 0..1, mean over layers; empty where none with experts came before
   */
  public record Result(OptionalDouble loss, OptionalDouble routingFluctuation) {
    /** Where no evaluation was due. */
    public static final Result NONE = new Result(OptionalDouble.empty(), OptionalDouble.empty());
  }
}
