package io.evomoe.training.internal.rounds;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.Learner;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.SavedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState;
import io.evomoe.training.optimizer.GradientNorm;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Sgd;
import java.util.List;
import java.util.Set;

/**
 * The owner of the parameters of a run in rounds. It spawns the experts, provides the start of each
 * round and takes the outer step. A parameter that the workers froze in a round becomes the mean of
 * theirs and is never changed again. Gate states become the mean of the workers'.
 */
public final class Coordinator {
  private final Model<?> model;
  private final TrainerConfig config;
  private final EvolutionSchedule evolution;
  private final RoundConfig rounds;
  private final RoundPlan plan;
  private final Sgd outer;
  private final Learner<?> learner;
  private final GradientNorm norm;
  private final LearningRateSchedule rate;
  private Progress progress = Progress.START;

  /**
   * Creates a run before its first round.
   *
   * @param model has one expert in each layer if the schedule will spawn more
   */
  public Coordinator(
      Model<?> model, TrainerConfig config, EvolutionSchedule evolution, RoundConfig rounds) {
    this.model = model;
    this.config = config;
    this.evolution = evolution;
    this.rounds = rounds;
    this.plan =
        new RoundPlan(config.training().steps(), rounds.localSteps(), evolution.spawnStep());
    this.outer = new Sgd(model.kernels(), rounds.outerMomentum());
    this.learner = new Learner<>(model, outer, evolution);
    this.norm = new GradientNorm(model.kernels());
    this.rate = config.schedule();
  }

  /**
   * Resumes a saved run, with any number of workers.
   *
   * @param model model in its initial state
   * @throws IllegalArgumentException if the run had another seed, or was not saved between two
   *     rounds
   */
  public static Coordinator resumed(
      SavedRun saved,
      Model<?> model,
      TrainerConfig config,
      EvolutionSchedule evolution,
      RoundConfig rounds) {
    Coordinator resumed = new Coordinator(model, config, evolution, rounds);
    resumed.requireBetweenRounds(saved);
    resumed.progress = resumed.learner.resume(saved);
    return resumed;
  }

  private void requireBetweenRounds(SavedRun saved) {
    long step = saved.progress().step();
    long spawn = evolution.spawnStep().orElse(0);
    if (step % rounds.localSteps() != 0 && step != spawn && step != config.training().steps()) {
      throw new IllegalArgumentException(
          "localSteps must divide the %d steps of %s, was %d"
              .formatted(step, saved.location(), rounds.localSteps()));
    }
  }

  /** Returns the steps of each round. */
  public RoundPlan plan() {
    return plan;
  }

  /** Returns the progress of the run. */
  public Progress progress() {
    return progress;
  }

  /** Returns phase and temperature of the last step. */
  public StepContext context() {
    return evolution.context(progress.step() - 1, false, model.seed());
  }

  /** Returns whether no round is left. */
  public boolean isFinished() {
    return progress.step() >= config.training().steps();
  }

  /** Spawns the experts if they are due and returns the start of the next round. */
  public ModelSnapshot nextStart() {
    progress = learner.spawnIfDue(progress);
    return ModelSnapshot.of(state());
  }

  /** Returns the steps of the next round. */
  public RoundPlan.Span nextSpan() {
    return plan.spanFrom(progress.step());
  }

  /**
   * Takes the outer step that ends a round.
   *
   * @param sum sum of the contributions of all workers
   * @return the round as a step, without times: its gradient is the mean difference
   * @throws NotFiniteException if the mean difference is not finite; nothing has changed then
   * @throws IllegalArgumentException if a worker failed
   */
  public StepRecord finish(Contribution sum) {
    if (sum.failure() != null) {
      throw new IllegalArgumentException(sum.failure());
    }
    RoundPlan.Span span = nextSpan();
    List<Parameter> parameters = model.parameters();
    for (Parameter parameter : parameters) {
      parameter.clearGradient();
      Flat.assign(parameter.accumulator().array(), sum.mean(parameter.name()));
    }
    double length = norm.of(parameters);
    if (!Double.isFinite(length)) {
      throw new NotFiniteException("the mean difference of the round was not finite");
    }
    freeze(parameters, sum.frozen());
    List<Parameter> moved =
        parameters.stream().filter(p -> p.frozen() || sum.hasWeight(p.name())).toList();
    outer.update(moved, rounds.outerRate(), 1);
    model.state().forEach(state -> Flat.assign(state.value(), sum.meanState(state.name())));
    RoundSums sums = sum.sums();
    progress =
        new Progress(
            span.to(),
            progress.tokens() + sums.tokens(),
            progress.trainFlops() + sums.flops(),
            progress.spawned(),
            progress.skipped() + sums.skipped());
    return StepRecord.of(
        learner,
        progress,
        rate.at(span.to() - 1, config.training().steps()),
        sums.meanLoss(),
        sums.meanAuxLoss(),
        length,
        sum.routing());
  }

  private static void freeze(List<Parameter> parameters, Set<String> frozen) {
    for (Parameter parameter : parameters) {
      if (frozen.contains(parameter.name()) && !parameter.frozen()) {
        parameter.value().subi(parameter.gradient());
        parameter.freeze();
      }
    }
  }

  /** Returns the content of a checkpoint at this point. */
  public TrainingState state() {
    return learner.state(progress);
  }
}
