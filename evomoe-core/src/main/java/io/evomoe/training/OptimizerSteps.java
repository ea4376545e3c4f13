package io.evomoe.training;

import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Workspaces;
import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.GradientNorm;
import io.evomoe.training.optimizer.LearningRateSchedule;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the optimizer steps of a run, without evaluation or checkpoints. A step gets phase and
 * temperature from the schedule and spawns the experts if they are due. It averages the gradients
 * of the micro-batches, clips them by their global norm and updates the parameters. Micro-batches
 * have equal weight, whatever their number of tokens.
 *
 * @param <B> a batch
 */
public final class OptimizerSteps<B> implements StepSource {
  private static final Logger log = LoggerFactory.getLogger(OptimizerSteps.class);

  private final Learner<B> learner;
  private final MicroBatches<B> microBatches;
  private final TrainerConfig config;
  private final GradientNorm gradientNorm;
  private final LearningRateSchedule rate;
  private Progress progress;

  /**
   * Creates the steps that follow {@code from}.
   *
   * @param learner learner in the state after {@code from}
   * @param batches batches by index
   * @param from {@link Progress#START}, or the result of {@link Learner#resume}
   */
  public OptimizerSteps(
      Learner<B> learner, BatchSource<B> batches, TrainerConfig config, Progress from) {
    this.learner = learner;
    this.microBatches = new MicroBatches<>(learner, batches, config.training().microBatches());
    this.config = config;
    this.gradientNorm = new GradientNorm(learner.model().kernels());
    this.rate = config.schedule();
    this.progress = from;
  }

  /**
   * Takes one step. If the loss or gradient is not finite, no parameter or moment changes. Up to
   * {@link Guards#skipNonFinite()} such steps are skipped, and they do not change the gate state
   * either. Other threads that use the model wait.
   *
   * @throws NotFiniteException if a loss or gradient is not finite and no more steps may be skipped
   * @throws IllegalStateException if the model is closed
   */
  @Override
  public StepRecord next() {
    try (Lifetime.Call ignored = learner.model().lifetime().alone()) {
      return step();
    }
  }

  private StepRecord step() {
    long step = progress.step();
    progress = learner.spawnIfDue(progress);
    List<Parameter> parameters = learner.model().parameters();
    parameters.forEach(Parameter::clearGradient);
    double learningRate = rate.at(step, config.training().steps());
    double norm = Double.NaN;
    try (GateStates before = mayStillSkip() ? GateStates.of(learner.model()) : GateStates.none()) {
      try {
        microBatches.accumulate(step);
        norm = update(parameters, learningRate);
      } catch (NotFiniteException e) {
        skipOrStop(e);
        before.restore();
      }
    }
    progress = progress.afterStep(microBatches.tokens, microBatches.flops);
    return StepRecord.of(
        learner,
        progress,
        learningRate,
        microBatches.meanLoss(),
        microBatches.meanAuxLoss(),
        norm,
        microBatches.layers);
  }

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public StepContext context() {
    return learner.context(progress.step() - 1);
  }

  @Override
  public TrainingState state() {
    return learner.state(progress);
  }

  @Override
  public void close() {
    learner.optimizer().close();
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
        progress.step() + 1, // reports and curves count from 1
        cause.getMessage(),
        progress.skipped(),
        config.guards().skipNonFinite());
  }

  /**
   * Sums up the gradients of the batches of one step. The batches reuse one workspace. The results
   * are those of the last step, up to the micro-batch that failed.
   */
  private static final class MicroBatches<B> {
    private static final String WORKSPACE = "EVOMOE_STEP";

    private final Learner<B> learner;
    private final BatchSource<B> batches;
    private final int count;
    private int done;
    private double lossSum;
    private double auxLossSum;
    private long tokens;
    private double flops;
    private List<RoutingReport> layers = List.of();

    MicroBatches(Learner<B> learner, BatchSource<B> batches, int count) {
      this.learner = learner;
      this.batches = batches;
      this.count = count;
    }

    /**
     * Runs the forward and backward passes of a step's micro-batches.
     *
     * @throws NotFiniteException if a loss is not finite
     */
    void accumulate(long step) {
      done = 0;
      lossSum = 0;
      auxLossSum = 0;
      tokens = 0;
      flops = 0;
      layers = List.of();
      for (int micro = 0; micro < count; micro++) {
        B batch = batches.batch(step * count + micro);
        try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
          Loss loss = learner.model().loss(batch, learner.context(step, micro));
          requireFinite("the loss", loss.value());
          requireFinite("the auxiliary loss", loss.auxLoss());
          loss.backward().run();
          add(loss);
        }
      }
    }

    private void add(Loss loss) {
      done++;
      lossSum += loss.value();
      auxLossSum += loss.auxLoss();
      tokens += loss.tokens();
      flops += loss.flops();
      layers = loss.reports();
    }

    double meanLoss() {
      return lossSum / done;
    }

    double meanAuxLoss() {
      return auxLossSum / done;
    }

    private static void requireFinite(String what, double value) {
      if (!Double.isFinite(value)) {
        throw new NotFiniteException(what + " was " + value);
      }
    }
  }
}
