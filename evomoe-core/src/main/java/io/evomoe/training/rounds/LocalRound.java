package io.evomoe.training.rounds;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.AdamW;
import io.evomoe.training.BatchSource;
import io.evomoe.training.Model;
import io.evomoe.training.Optimizer;
import io.evomoe.training.Progress;
import io.evomoe.training.Sgd;
import io.evomoe.training.StepReport;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.TrainingDivergedException;
import java.util.List;

/**
 * A worker's part of a round: {@link Trainer} steps from the round's start, at the learning rate,
 * phase and temperature of the run's own steps, with an optimizer that has seen nothing. A pure
 * function of its arguments: done again, it gives the same bits (on the same kernels and number of
 * threads).
 *
 * @param kernels to compute with
 * @param config of the run
 * @param evolution of the run
 * @param rounds of the run
 */
public record LocalRound(
    Kernels kernels, TrainerConfig config, EvolutionSchedule evolution, RoundConfig rounds) {

  /**
   * Takes the steps of a round.
   *
   * @param model of the run before its first step; used up by this, its memory is freed
   * @param batches of this worker's share of the data: batch {@code n} belongs to micro-batch
   *     {@code n} of the run
   * @param start of the round
   * @param span steps of the round
   * @param worker number, from 0: gate noise and dropout of each worker are draws of its own
   * @return the difference; one with a {@link Contribution#failure} where a step was not finite and
   *     could not be skipped
   */
  public <B> Contribution run(
      Model<B> model,
      BatchSource<B> batches,
      ModelSnapshot start,
      RoundPlan.Span span,
      int worker) {
    long seed = CounterRandom.fold(CounterRandom.fold(config.seed(), "worker"), worker);
    Optimizer optimizer = optimizer();
    Trainer<B> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(batches, List.of()),
            config.withSeed(seed).with(t -> t.evalEvery(0)),
            evolution,
            optimizer);
    try {
      trainer.resume(start.asRun(evolution.context(span.from(), false, seed), seed));
      return steps(trainer, model, start, span);
    } catch (TrainingDivergedException e) {
      return Contribution.failed(worker, String.valueOf(e.getMessage()));
    } finally {
      // Their memory is off the heap, where nothing frees it in time.
      optimizer.close();
      model.close();
    }
  }

  private Optimizer optimizer() {
    return switch (rounds.inner()) {
      case ADAMW -> new AdamW(kernels, config.training().adamW());
      case SGD -> new Sgd(0);
    };
  }

  private <B> Contribution steps(
      Trainer<B> trainer, Model<B> model, ModelSnapshot start, RoundPlan.Span span) {
    Progress before = start.progress();
    ExpertTokens tokens = new ExpertTokens();
    double loss = 0;
    double aux = 0;
    List<RoutingReport> routing = List.of();
    for (long step = span.from(); step < span.to(); step++) {
      StepReport report = trainer.step();
      loss += report.trainLoss();
      aux += report.auxLoss();
      routing = report.routing();
      tokens.add(routing);
    }
    Progress after = trainer.progress();
    RoundSums sums =
        new RoundSums(
            1,
            loss / span.length(),
            aux / span.length(),
            after.tokens() - before.tokens(),
            after.trainFlops() - before.trainFlops(),
            after.skipped() - before.skipped());
    return difference(model, start, tokens, Contribution.of(rounds.wire(), sums, routing));
  }

  private Contribution difference(
      Model<?> model, ModelSnapshot start, ExpertTokens tokens, Contribution result) {
    for (Parameter parameter : model.parameters()) {
      float[] from = start.values(parameter.name());
      float[] difference = Flat.floats(parameter.value());
      for (int i = 0; i < difference.length; i++) {
        difference[i] = from[i] - difference[i];
      }
      boolean byTokens = rounds.experts() == RoundConfig.ExpertWeights.TOKENS;
      result.add(parameter.name(), difference, byTokens ? tokens.of(parameter.name()) : 1);
      if (parameter.frozen()) {
        result.addFrozen(parameter.name());
      }
    }
    model.state().forEach(state -> result.addState(state.name(), Flat.doubles(state.value())));
    return result;
  }
}
