package io.evomoe.bench.cli.bench;

import io.evomoe.bench.cli.bench.StepFloor.StepShape;
import io.evomoe.bench.cli.console.ProcessMemory;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.internal.threads.Workers;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.TokenBatch;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe bench step}: whole training steps: forward, backward, clipping and AdamW. */
@Command(
    name = "step",
    description = "Times training steps of a GPT or Llama model on random tokens.",
    footer = "evomoe bench step --batch 32")
final class BenchStepCommand extends ModelBenchmark {
  @Option(names = "--seq", description = "tokens in a sequence")
  int sequence = 128;

  @Option(names = "--batch", description = "sequences in a batch")
  int batch = 16;

  @Option(names = "--recompute", description = "recompute activations in the backward pass")
  boolean recompute;

  @Option(names = "--threads", description = "threads of the kernels (default: all processors)")
  @Nullable Integer threads;

  @Option(names = "--steps", description = "measured steps")
  int steps = 8;

  @Option(names = "--warmup", description = "steps before the measured ones")
  int warmup = 3;

  @Override
  public void run() {
    requireAtLeastOne(
        Map.of("sequence", sequence, "batch", batch, "warmup", warmup, "steps", steps));
    if (threads != null) {
      limitThreads(threads);
    }
    UntrainedModel untrained = untrained(sequence, recompute);
    long planned = (long) warmup + steps;
    CausalLanguageModel model = untrained.make(kernels(), planned);
    Trainer<LanguageBatch> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(randomTokens(untrained), List.of()),
            TrainerConfig.defaults(planned),
            evolution());
    Stream.generate(trainer::step).limit(warmup).forEach(step -> {});
    long joinsBefore = Workers.shared().joins();
    List<StepRecord> timed = Stream.generate(trainer::step).limit(steps).toList();
    double joins = (double) (Workers.shared().joins() - joinsBefore) / steps;
    double millis =
        1000
            * StatUtils.percentile(
                timed.stream().mapToDouble(StepRecord::stepSeconds).toArray(), 50);
    print(speed(untrained, model, timed, joins, millis));
  }

  /** Has an effect before the first kernel only. */
  private static void limitThreads(int threads) {
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads < 1 || threads > processors) {
      throw new IllegalArgumentException(
          "threads must be in 1..%d, the processors of this machine, was %d"
              .formatted(processors, threads));
    }
    System.setProperty(Workers.PROPERTY, Integer.toString(threads));
  }

  private StepSpeed speed(
      UntrainedModel untrained,
      CausalLanguageModel model,
      List<StepRecord> timed,
      double joins,
      double millis) {
    double active = timed.stream().mapToDouble(StepRecord::activeExperts).average().orElseThrow();
    double tokensPerSecond = 1000 * (sequence * batch / millis);
    double memory = ProcessMemory.peakMebibytes();
    double peak = MachineSpeed.gemmGigaflops(kernels());
    StepShape shape =
        new StepShape(
            untrained.size().stack(),
            untrained.size().vocabulary(),
            sequence,
            batch,
            parameters(model),
            untrained.mixtures(),
            active);
    StepFloor floor = StepFloor.measured(kernels(), precision(), shape, peak);
    return new StepSpeed(
        gate,
        precision().toString(),
        kernels().name(),
        Workers.shared().threads(),
        joins,
        shape.parameters(),
        millis,
        tokensPerSecond,
        peak,
        6 * model.activeParameters(active) * tokensPerSecond / (peak * 1e9),
        active,
        memory,
        floor,
        millis / floor.floorMillis());
  }

  /** One temperature, and one phase, in all steps. */
  private EvolutionConfig evolution() {
    EvolutionConfig still =
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(0).temperatureSteps(1))
            .with(e -> e.maxTemperature(temperature).minTemperature(temperature));
    return hard ? still.with(e -> e.hardFrom(0)) : still;
  }

  private LongFunction<LanguageBatch> randomTokens(UntrainedModel untrained) {
    int tokens = sequence * batch;
    return index -> {
      int[] ids = untrained.randomTokens(2 * index, tokens);
      return new LanguageBatch(
          TokenBatch.of(sequence, ids), untrained.randomTokens(2 * index + 1, tokens));
    };
  }
}
