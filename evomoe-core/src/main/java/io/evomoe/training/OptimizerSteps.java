package io.evomoe.training;

import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.GradientNorm;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a run, one after another, and nothing beside them. A step asks the schedule for
 * phase and temperature, spawns the experts when their time has come, averages the gradients of the
 * micro-batches, clips them by their global norm and updates the parameters. Micro-batches weigh
 * equally, whatever number of tokens they count.
 *
 * @param <B> a batch
 */
public final class OptimizerSteps<B> {
  private static final Logger log = LoggerFactory.getLogger(OptimizerSteps.class);

  private final Learner<B> learner;
  private final MicroBatches<B> microBatches;
  private final TrainerConfig config;
  private final GradientNorm gradientNorm;
  private Progress progress;

  /**
   * The steps that come next.
   *
   * @param learner as it is after {@code from}
   * @param batches by number
   * @param from {@link Progress#START}, or what {@link Learner#resume} gave
   */
  public OptimizerSteps(
      Learner<B> learner, BatchSource<B> batches, TrainerConfig config, Progress from) {
    this.learner = learner;
    this.microBatches = new MicroBatches<>(learner, batches, config.training().microBatches());
    this.config = config;
    this.gradientNorm = new GradientNorm(learner.model().kernels());
    this.progress = from;
  }

  /**
   * Takes one step. One whose loss or gradient is not finite changes no parameter or moment; {@link
   * Guards#skipNonFinite()} of them are skipped, and change no gate state either. Other threads
   * that use the model wait meanwhile.
   *
   * @throws NotFiniteException if such a step comes when none may be skipped any more
   * @throws IllegalStateException if the model is closed
   */
  public StepResult next() {
    try (Lifetime.Call ignored = learner.model().lifetime().alone()) {
      return step();
    }
  }

  private StepResult step() {
    long step = progress.step();
    StepContext context = learner.context(step);
    progress = learner.spawnIfDue(progress);
    List<Parameter> parameters = learner.model().parameters();
    parameters.forEach(Parameter::clearGradient);
    StepSums sums = new StepSums();
    double rate = config.training().rate().at(step, config.training().steps());
    double norm = Double.NaN;
    try (GateStates before = mayStillSkip() ? GateStates.of(learner.model()) : GateStates.none()) {
      try {
        microBatches.accumulate(step, sums);
        norm = update(parameters, rate);
      } catch (NotFiniteException e) {
        skipOrStop(e);
        before.restore();
      }
    }
    progress = progress.afterStep(sums.tokens(), sums.flops());
    return new StepResult(
        progress, context, rate, sums.meanLoss(), sums.meanAuxLoss(), norm, sums.routing());
  }

  /** How far the run has come. */
  public Progress progress() {
    return progress;
  }

  private double update(List<Parameter> parameters, double rate) {
    double scale = 1.0 / config.training().microBatches();
    double norm = gradientNorm.of(parameters) * scale;
    if (!Double.isFinite(norm)) {
      throw new NotFiniteException(
          gradientNorm
              .lastNotFinite(parameters)
              .map(parameter -> "the gradient of " + parameter.name() + " was not finite")
              .orElse("the gradient norm was " + norm));
    }
    double clipping = norm > config.training().clipNorm() ? config.training().clipNorm() / norm : 1;
    learner.optimizer().update(parameters, rate, scale * clipping);
    return norm;
  }

  private boolean mayStillSkip() {
    return progress.skipped() < config.guards().skipNonFinite();
  }

  private void skipOrStop(NotFiniteException cause) {
    if (!mayStillSkip()) {
      throw cause;
    }
    progress = progress.afterSkip();
    log.warn(
        "Step {} is skipped: {} ({} of at most {} skipped steps)",
        progress.step() + 1, // as reports and curves count
        cause.getMessage(),
        progress.skipped(),
        config.guards().skipNonFinite());
  }
}
