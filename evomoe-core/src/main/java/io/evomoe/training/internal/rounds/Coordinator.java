package io.evomoe.training.internal.rounds;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepSource;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.Sgd;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owner of the parameters of a run in rounds. It spawns the experts, provides the start of each
 * round and takes the outer step. A parameter that the workers froze in a round becomes the mean of
 * theirs and is never changed again. Gate states become the mean of the workers'.
 */
public abstract class Coordinator extends StepSource {
  private final Model<?> model;
  private final RoundConfig rounds;
  private final RoundPlan plan;

  /**
   * Creates a run before its first round, or continues a saved one, with any number of workers.
   *
   * @param model in its initial state; has one expert in each layer if the schedule will spawn more
   * @param saved run to continue; null for a new one
   * @throws IllegalArgumentException if the run had another seed, or was not saved between two
   *     rounds
   */
  protected Coordinator(
      Model<?> model,
      TrainerConfig config,
      EvolutionSchedule evolution,
      RoundConfig rounds,
      @Nullable SavedRun saved) {
    super(
        model,
        new Sgd(model.kernels(), rounds.outerMomentum()),
        config,
        evolution,
        model.seed(),
        requireBetweenRounds(saved, config, evolution, rounds));
    this.model = model;
    this.rounds = rounds;
    this.plan =
        new RoundPlan(config.training().steps(), rounds.localSteps(), evolution.spawnStep());
  }

  /** Returns the saved run. Rejects one that no round ends with. */
  private static @Nullable SavedRun requireBetweenRounds(
      @Nullable SavedRun saved,
      TrainerConfig config,
      EvolutionSchedule evolution,
      RoundConfig rounds) {
    if (saved == null) {
      return null;
    }
    long step = saved.progress().step();
    long spawn = evolution.spawnStep().orElse(0);
    if (step % rounds.localSteps() != 0 && step != spawn && step != config.training().steps()) {
      throw new IllegalArgumentException(
          "localSteps must divide the %d steps of %s, was %d"
              .formatted(step, saved.location(), rounds.localSteps()));
    }
    return saved;
  }

  /** Returns the steps of each round. */
  public RoundPlan plan() {
    return plan;
  }

  /** Returns whether no round is left. */
  public boolean isFinished() {
    return progress().step() >= config.training().steps();
  }

  /** Spawns the experts if they are due and returns the start of the next round. */
  public ModelSnapshot nextStart() {
    spawnIfDue();
    return ModelSnapshot.of(state());
  }

  /** Returns the steps of the next round. */
  public RoundPlan.Span nextSpan() {
    return plan.spanFrom(progress().step());
  }

  /**
   * Takes the outer step that ends a round.
   *
   * @param sum sum of the contributions of all workers
   * @return the round as a step, without times: its gradient is the mean difference
   * @throws NotFiniteException if a worker's step or the mean difference is not finite; nothing has
   *     changed then
   */
  public StepRecord finish(Contribution sum) {
    String failure = sum.failure();
    if (failure != null) {
      throw new NotFiniteException(failure);
    }
    RoundPlan.Span span = nextSpan();
    List<Parameter> parameters = model.parameters();
    for (Parameter parameter : parameters) {
      parameter.clearGradient();
      ModelSnapshot.Flat.assign(parameter.accumulator().array(), sum.mean(parameter.name()));
    }
    double length = gradientNorm(model.kernels(), parameters);
    if (!Double.isFinite(length)) {
      throw new NotFiniteException("the mean difference of the round was not finite");
    }
    freeze(parameters, sum.frozen());
    List<Parameter> moved =
        parameters.stream().filter(p -> p.frozen() || sum.hasWeight(p.name())).toList();
    optimizer.update(moved, rounds.outerRate(), 1);
    model
        .state()
        .forEach(state -> ModelSnapshot.Flat.assign(state.value(), sum.meanState(state.name())));
    Contribution.Sums sums = sum.sums();
    Progress before = progress();
    Progress done =
        new Progress(
            span.to(),
            before.tokens() + sums.tokens(),
            before.trainFlops() + sums.flops(),
            before.spawned(),
            before.skipped() + sums.skipped());
    return finish(done, sums.meanLoss(), sums.meanAuxLoss(), length, sum.routing());
  }

  private static void freeze(List<Parameter> parameters, Set<String> frozen) {
    for (Parameter parameter : parameters) {
      if (frozen.contains(parameter.name()) && !parameter.frozen()) {
        parameter.value().subi(parameter.gradient());
        parameter.freeze();
      }
    }
  }
}
