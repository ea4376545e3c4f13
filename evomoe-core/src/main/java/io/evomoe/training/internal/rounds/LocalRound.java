package io.evomoe.training.internal.rounds;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import io.evomoe.nn.RoutingReport;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepSource;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Sgd;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * A worker's part of a round: {@link StepSource#of optimizer steps} from the round's start, at the
 * learning rate, phase and temperature of the run's own steps, with a new optimizer. It is a pure
 * function of its arguments: on the same kernels, a repetition gives the same bits.
 *
 * @param config configuration of the run
 * @param evolution schedule of the run
 * @param rounds rounds of the run
 */
public record LocalRound(TrainerConfig config, EvolutionSchedule evolution, RoundConfig rounds) {

  /**
   * Takes the steps of a round.
   *
   * @param model model of the run in its initial state; its memory is freed
   * @param batches this worker's share of the data: batch {@code n} belongs to micro-batch {@code
   *     n} of the run
   * @param start start of the round
   * @param span steps of the round
   * @param worker index from 0; each worker draws its own gate noise and dropout
   * @return the difference, or one with a {@link Contribution#failure} if a step was not finite and
   *     could not be skipped
   */
  public <B> Contribution run(
      Model<B> model,
      LongFunction<B> batches,
      ModelSnapshot start,
      RoundPlan.Span span,
      int worker) {
    long seed = CounterRandom.fold(CounterRandom.fold(model.seed(), "worker"), worker);
    Optimizer optimizer = optimizer(model.kernels());
    try {
      SavedRun from = start.asRun(evolution.context(span.from(), false, seed));
      StepSource steps = StepSource.of(model, optimizer, batches, config, evolution, seed, from);
      return difference(model, start, steps, span, worker);
    } finally {
      // Their memory is off the heap, so the garbage collector would free it too late.
      optimizer.close();
      model.close();
    }
  }

  private Optimizer optimizer(Kernels kernels) {
    return switch (rounds.inner()) {
      case ADAMW -> config.optimizer(kernels);
      case SGD -> new Sgd(kernels, 0);
    };
  }

  private Contribution difference(
      Model<?> model, ModelSnapshot start, StepSource steps, RoundPlan.Span span, int worker) {
    ExpertTokens tokens = new ExpertTokens();
    Contribution result;
    try {
      result = taken(start.progress(), steps, span, tokens);
    } catch (NotFiniteException e) {
      return Contribution.failed(
          worker,
          "training diverged in step %d: %s".formatted(steps.progress().step(), e.getMessage()));
    }
    for (Parameter parameter : model.parameters()) {
      float[] from = start.values(parameter.name());
      float[] difference = ModelSnapshot.Flat.floats(parameter.value());
      for (int i = 0; i < difference.length; i++) {
        difference[i] = from[i] - difference[i];
      }
      boolean byTokens = rounds.experts() == RoundConfig.ExpertWeights.TOKENS;
      result.add(parameter.name(), difference, byTokens ? tokens.of(parameter.place()) : 1);
      if (parameter.frozen()) {
        result.addFrozen(parameter.name());
      }
    }
    model
        .state()
        .forEach(state -> result.addState(state.name(), ModelSnapshot.Flat.doubles(state.value())));
    return result;
  }

  private Contribution taken(
      Progress before, StepSource steps, RoundPlan.Span span, ExpertTokens tokens) {
    int measured = 0;
    double loss = 0;
    double aux = 0;
    List<RoutingReport> routing = List.of();
    for (long step = span.from(); step < span.to(); step++) {
      StepRecord done = steps.next();
      if (Double.isFinite(done.trainLoss()) && Double.isFinite(done.auxLoss())) {
        measured++;
        loss += done.trainLoss();
        aux += done.auxLoss();
      }
      routing = done.layers().isEmpty() ? routing : done.layers();
      tokens.add(done.layers());
    }
    Progress after = steps.progress();
    Contribution.Sums sums =
        new Contribution.Sums(
            1,
            Math.min(1, measured),
            loss / Math.max(1, measured),
            aux / Math.max(1, measured),
            after.tokens() - before.tokens(),
            after.trainFlops() - before.trainFlops(),
            after.skipped() - before.skipped());
    return Contribution.of(rounds.wire(), sums, routing);
  }

  /** Counts the tokens that each expert computed. */
  static final class ExpertTokens {
    private final Map<Expert, Double> tokens = new HashMap<>();

    private record Expert(String layer, int number) {}

    void add(Iterable<RoutingReport> reports) {
      for (RoutingReport report : reports) {
        for (int e = 0; e < report.load().size(); e++) {
          double load = report.load().get(e);
          tokens.merge(new Expert(report.layer(), e), load, Double::sum);
        }
      }
    }

    /**
     * Returns the tokens of the expert that a parameter belongs to, or 1 if it belongs to no single
     * expert.
     */
    double of(Place parameter) {
      return parameter
          .expert()
          .map(expert -> tokens.getOrDefault(new Expert(expert.layer(), expert.number()), 1.0))
          .orElse(1.0);
    }
  }
}
