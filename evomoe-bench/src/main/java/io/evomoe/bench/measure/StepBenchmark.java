package io.evomoe.bench.measure;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.llama.LlamaConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TokenFrequencies;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.run.config.Architecture;
import io.evomoe.training.BatchSource;
import io.evomoe.training.StepReport;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Times whole training steps of a GPT on random tokens: forward, backward, clipping and AdamW.
 *
 * @param gate by name
 * @param precision of the matrix products
 * @param gateOptions options of the gate, by name
 * @param architecture of the model
 * @param size of the model
 * @param sequence tokens per sequence
 * @param batch sequences per step
 * @param temperature of the gates, constant
 * @param hard whether the first expert alone takes a token (gates that know phases)
 * @param warmup steps before the clock starts, at least 1
 * @param steps that are timed, at least 1
 */
public record StepBenchmark(
    String gate,
    Precision precision,
    Map<String, String> gateOptions,
    Architecture architecture,
    GptConfig size,
    int sequence,
    int batch,
    double temperature,
    boolean hard,
    int warmup,
    int steps) {
  private static final long SEED = 1;

  /** Refuses too few steps. */
  public StepBenchmark {
    FieldBound.atLeast("sequence", sequence, 1);
    FieldBound.atLeast("batch", batch, 1);
    FieldBound.atLeast("warmup", warmup, 1);
    FieldBound.atLeast("steps", steps, 1);
    new TemperatureSchedule(TemperatureSchedule.Shape.LINEAR, temperature, temperature, 1);
  }

  /** Runs and measures; the medians over the timed steps. */
  public StepSpeed run() {
    return run(KernelSelection.forPrecision(precision), () -> {});
  }

  /** The same, and where the time of the timed steps went. */
  public StepSpeed run(KernelClock clock) {
    return run(clock.timed(KernelSelection.forPrecision(precision)), clock::reset);
  }

  private CausalLanguageModel model(Gates gates, Scope root) {
    return switch (architecture) {
      case GPT -> new Gpt(size, gates, root);
      case LLAMA ->
          new Llama(
              new LlamaConfig(size.vocabulary(), size.positions(), true, size.stack()),
              gates,
              root);
    };
  }

  private StepSpeed run(Kernels kernels, Runnable afterWarmup) {
    GateProvider provider = GateRegistry.installed().provider(gate);
    TrainingFacts facts =
        new TrainingFacts(OptionalLong.of((long) warmup + steps), Optional.of(frequencies()));
    CausalLanguageModel model =
        model(new Gates(provider, gateOptions, facts), Scope.root(SEED, kernels));
    Trainer<LanguageBatch> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(randomTokens(), List.of()),
            TrainerConfig.defaults((long) warmup + steps),
            evolution());
    List<StepReport> reports = new ArrayList<>();
    for (int i = 0; i < warmup + steps; i++) {
      if (i == warmup) {
        afterWarmup.run();
      }
      reports.add(trainer.step());
    }
    List<StepReport> timed = reports.subList(warmup, warmup + steps);
    double seconds =
        timed.stream().mapToDouble(StepReport::stepSeconds).sorted().toArray()[steps / 2];
    double active = timed.stream().mapToDouble(StepReport::activeExperts).average().orElseThrow();
    double tokensPerSecond = sequence * batch / seconds;
    double peak = GemmPeak.gigaflops(kernels);
    double flops = 6 * model.activeParameters(active) * tokensPerSecond;
    return new StepSpeed(
        gate,
        precision.toString(),
        kernels.name(),
        model.parameters().stream().mapToLong(Parameter::length).sum(),
        1000 * seconds,
        tokensPerSecond,
        peak,
        flops / (peak * 1e9),
        active,
        ProcessMemory.peakMebibytes());
  }

  private EvolutionConfig evolution() {
    EvolutionConfig still =
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(0).temperatureSteps(1))
            .with(e -> e.maxTemperature(temperature).minTemperature(temperature));
    return hard ? still.with(e -> e.hardFrom(0)) : still;
  }

  /** Random tokens are uniform. */
  private TokenFrequencies frequencies() {
    return TokenFrequencies.count(IntStream.range(0, size.vocabulary()), size.vocabulary());
  }

  private BatchSource<LanguageBatch> randomTokens() {
    int tokens = sequence * batch;
    return index -> {
      CounterRandom random = new CounterRandom(CounterRandom.fold(SEED, index));
      int[] ids = new int[tokens];
      int[] targets = new int[tokens];
      for (int i = 0; i < tokens; i++) {
        ids[i] = random.below(size.vocabulary(), i);
        targets[i] = random.below(size.vocabulary(), tokens + i);
      }
      return new LanguageBatch(TokenBatch.of(sequence, ids), targets);
    };
  }
}
