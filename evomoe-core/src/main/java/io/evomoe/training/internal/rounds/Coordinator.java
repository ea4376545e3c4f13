package io.evomoe.training.internal.rounds;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Learner;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.SavedRun;
import io.evomoe.training.StepResult;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState;
import io.evomoe.training.optimizer.GradientNorm;
import io.evomoe.training.optimizer.Sgd;
import java.util.List;
import java.util.Set;

/**
 * The one place of a run in rounds that has its parameters: it spawns the experts, gives out the
 * start of each round and takes the outer step. A parameter that the workers froze in a round
 * becomes the mean of theirs and is never moved again, by no momentum either. Gate states become
 * the mean of the workers'.
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
  private Progress progress = Progress.START;

  /**
   * A run before its first round.
   *
   * @param model with one expert where the schedule will spawn more
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
  }

  /**
   * A saved run that goes on, with as many workers as before or not.
   *
   * @param model as new as at the start of that run
   * @throws IllegalArgumentException if it had another seed, or was not saved between two rounds
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

  /** Which steps each round has. */
  public RoundPlan plan() {
    return plan;
  }

  /** How far the run has come. */
  public Progress progress() {
    return progress;
  }

  /** Whether no round is left. */
  public boolean isFinished() {
    return progress.step() >= config.training().steps();
  }

  /** Spawns the experts if it is time, and gives what the workers of the next round start from. */
  public ModelSnapshot nextStart() {
    progress = learner.spawnIfDue(progress);
    return ModelSnapshot.of(state());
  }

  /** The steps of the next round. */
  public RoundPlan.Span nextSpan() {
    return plan.spanFrom(progress.step());
  }

  /**
   * Takes the outer step that ends a round.
   *
   * @param sum of what all workers gave
   * @return the round as a step: its gradient is the mean difference
   * @throws NotFiniteException if the mean difference is not finite; nothing has changed then
   * @throws IllegalArgumentException if a worker failed
   */
  public StepResult finish(Contribution sum) {
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
    return new StepResult(
        progress,
        evolution.context(span.to() - 1, false, model.seed()),
        config.training().rate().at(span.to() - 1, config.training().steps()),
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

  /** What a checkpoint must hold now. */
  public TrainingState state() {
    return learner.state(progress);
  }
}
