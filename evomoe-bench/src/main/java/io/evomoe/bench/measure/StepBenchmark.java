package io.evomoe.bench.measure;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.threads.Workers;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.BatchSource;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.ArrayList;
import java.util.List;

/**
 * Times whole training steps of a decoder on random tokens: forward, backward, clipping and AdamW.
 *
 * @param untrained the model
 * @param precision of the matrix products
 * @param sequence tokens per sequence
 * @param batch sequences per step
 * @param temperature of the gates, constant
 * @param hard whether the first expert alone takes a token (gates that know phases)
 * @param warmup steps before the clock starts, at least 1
 * @param steps that are timed, at least 1
 */
public record StepBenchmark(
    UntrainedModel untrained,
    Precision precision,
    int sequence,
    int batch,
    double temperature,
    boolean hard,
    int warmup,
    int steps) {
  /** Rejects too few steps. */
  public StepBenchmark {
    FieldBound.atLeast("sequence", sequence, 1);
    FieldBound.atLeast("batch", batch, 1);
    FieldBound.atLeast("warmup", warmup, 1);
    FieldBound.atLeast("steps", steps, 1);
    new TemperatureSchedule(TemperatureSchedule.Shape.LINEAR, temperature, temperature, 1);
  }

  /** Runs and measures; the medians over the timed steps. */
  public StepSpeed run() {
    Kernels kernels = KernelSelection.forPrecision(precision);
    return run(kernels, kernels, () -> {});
  }

  /** The same, and where the time of the timed steps went. */
  public StepSpeed run(KernelClock clock) {
    Kernels kernels = KernelSelection.forPrecision(precision);
    return run(clock.timed(kernels), kernels, clock::reset);
  }

  private StepSpeed run(Kernels ofSteps, Kernels kernels, Runnable afterWarmup) {
    CausalLanguageModel model = untrained.make(ofSteps, (long) warmup + steps);
    Trainer<LanguageBatch> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(randomTokens(), List.of()),
            TrainerConfig.defaults((long) warmup + steps),
            evolution());
    List<StepRecord> reports = new ArrayList<>();
    long joinsBefore = 0;
    for (int i = 0; i < warmup + steps; i++) {
      if (i == warmup) {
        joinsBefore = Workers.shared().joins();
        afterWarmup.run();
      }
      reports.add(trainer.step());
    }
    double joins = (double) (Workers.shared().joins() - joinsBefore) / steps;
    List<StepRecord> timed = reports.subList(warmup, warmup + steps);
    double seconds = Median.of(timed.stream().mapToDouble(StepRecord::stepSeconds));
    double active = timed.stream().mapToDouble(StepRecord::activeExperts).average().orElseThrow();
    double tokensPerSecond = sequence * batch / seconds;
    double peak = MachineSpeed.gemmGigaflops(kernels);
    double memory = ProcessMemory.peakMebibytes();
    long parameters = model.parameters().stream().mapToLong(Parameter::length).sum();
    StepShape shape = StepShape.of(untrained, sequence, batch, parameters, active);
    StepFloor floor = StepFloor.measured(kernels, precision, shape, peak);
    double flops = 6 * model.activeParameters(active) * tokensPerSecond;
    return new StepSpeed(
        untrained.gate(),
        precision.toString(),
        kernels.name(),
        Workers.shared().threads(),
        joins,
        parameters,
        1000 * seconds,
        tokensPerSecond,
        peak,
        flops / (peak * 1e9),
        active,
        memory,
        floor,
        1000 * seconds / floor.floorMillis());
  }

  private EvolutionConfig evolution() {
    EvolutionConfig still =
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(0).temperatureSteps(1))
            .with(e -> e.maxTemperature(temperature).minTemperature(temperature));
    return hard ? still.with(e -> e.hardFrom(0)) : still;
  }

  private BatchSource<LanguageBatch> randomTokens() {
    int tokens = sequence * batch;
    int vocabulary = untrained.size().vocabulary();
    return index -> {
      CounterRandom random = new CounterRandom(CounterRandom.fold(UntrainedModel.SEED, index));
      int[] ids = new int[tokens];
      int[] targets = new int[tokens];
      for (int i = 0; i < tokens; i++) {
        ids[i] = random.below(vocabulary, i);
        targets[i] = random.below(vocabulary, tokens + i);
      }
      return new LanguageBatch(TokenBatch.of(sequence, ids), targets);
    };
  }
}
