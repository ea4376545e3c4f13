package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.Optimizer;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the optimizer steps of a run. A step gets phase and temperature from the schedule and spawns
 * the experts if they are due. It averages the gradients of the micro-batches, clips them by their
 * global norm and updates the parameters. Micro-batches have equal weight, whatever their number of
 * tokens.
 *
 * @param <B> a batch
 */
final class OptimizerSteps<B> extends StepSource {
  private static final Logger log = LoggerFactory.getLogger(OptimizerSteps.class);
  private static final String WORKSPACE = "EVOMOE_STEP";

  private final Model<B> model;
  private final LongFunction<B> batches;

  OptimizerSteps(
      Model<B> model,
      Optimizer optimizer,
      LongFunction<B> batches,
      TrainerConfig config,
      EvolutionSchedule evolution,
      long seed,
      @Nullable SavedRun saved) {
    super(model, optimizer, config, evolution, seed, saved);
    this.model = model;
    this.batches = batches;
  }

  /**
   * Takes one step. If the loss or gradient is not finite, no parameter or moment changes. Up to
   * {@link SafetyConfig#skipNonFinite()} such steps are skipped, and they do not change the gate
   * state either. Other threads that use the model wait.
   *
   * @throws NotFiniteException if a loss or gradient is not finite and no more steps may be skipped
   * @throws IllegalStateException if the model is closed
   */
  @Override
  public StepRecord next() {
    try (Lifetime.Call ignored = model.lifetime().alone()) {
      return step();
    }
  }

  private StepRecord step() {
    spawnIfDue();
    List<Parameter> parameters = model.parameters();
    parameters.forEach(Parameter::clearGradient);
    Sums sums = new Sums();
    double norm = Double.NaN;
    List<GateState> states = mayStillSkip() ? model.state() : List.of();
    List<INDArray> before = states.stream().map(state -> state.value().dup()).toList();
    try {
      accumulate(sums);
      norm = update(parameters);
    } catch (NotFiniteException e) {
      skipOrStop(e);
      for (int i = 0; i < before.size(); i++) {
        states.get(i).value().assign(before.get(i));
      }
    } finally {
      before.forEach(INDArray::close);
    }
    return finish(
        progress().afterStep(sums.tokens, sums.flops),
        sums.loss / sums.batches,
        sums.auxLoss / sums.batches,
        norm,
        sums.layers);
  }

  /**
   * Runs the forward and backward passes of the micro-batches, which reuse one workspace.
   *
   * @throws NotFiniteException if a loss is not finite
   */
  private void accumulate(Sums sums) {
    long step = progress().step();
    int count = config.training().microBatches();
    for (int micro = 0; micro < count; micro++) {
      B batch = batches.apply(step * count + micro);
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = model.loss(batch, context(step, micro));
        requireFinite("the loss", loss.value());
        requireFinite("the auxiliary loss", loss.auxLoss());
        loss.backward().run();
        sums.add(loss);
      }
    }
  }

  private static void requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NotFiniteException(what + " was " + value);
    }
  }

  private double update(List<Parameter> parameters) {
    double scale = 1.0 / config.training().microBatches();
    double norm = gradientNorm(model.kernels(), parameters) * scale;
    if (!Double.isFinite(norm)) {
      throw new NotFiniteException(notFinite(parameters, norm));
    }
    double clipping = norm > config.training().clipNorm() ? config.training().clipNorm() / norm : 1;
    optimizer.update(parameters, learningRate(progress().step()), scale * clipping);
    return norm;
  }

  /**
   * Names the last parameter whose gradient is not finite. In the order of the model, it is the
   * first one that the backward pass reaches.
   */
  private String notFinite(List<Parameter> parameters, double norm) {
    Kernels kernels = model.kernels();
    for (int i = parameters.size() - 1; i >= 0; i--) {
      if (!Double.isFinite(gradientNorm(kernels, List.of(parameters.get(i))))) {
        return "the gradient of " + parameters.get(i).name() + " was not finite";
      }
    }
    return "the gradient norm was " + norm;
  }

  private boolean mayStillSkip() {
    return progress().skipped() < config.guards().skipNonFinite();
  }

  private void skipOrStop(NotFiniteException cause) {
    if (!mayStillSkip()) {
      throw cause;
    }
    advance(progress().afterSkip());
    log.warn(
        "Step {} is skipped: {} ({} of at most {} skipped steps)",
        progress().step() + 1, // reports and curves count from 1
        cause.getMessage(),
        progress().skipped(),
        config.guards().skipNonFinite());
  }

  /** The sums of the micro-batches of one step, up to one that failed. */
  private static final class Sums {
    private int batches;
    private double loss;
    private double auxLoss;
    private long tokens;
    private double flops;
    private List<RoutingReport> layers = List.of();

    void add(Loss other) {
      batches++;
      loss += other.value();
      auxLoss += other.auxLoss();
      tokens += other.tokens();
      flops += other.flops();
      layers = other.reports();
    }
  }
}
