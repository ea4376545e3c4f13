package io.evomoe.bench.measure;

import io.evomoe.bench.measure.GenerateSpeed.OfBatch;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationBatch;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Growth;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Times greedy generation after random prompts, with the keys and values of what was read kept.
 *
 * @param untrained the model
 * @param precision of the matrix products
 * @param batches numbers of texts that are continued side by side, each at least 1
 * @param prompt tokens of each prompt, at least 1
 * @param tokens new ones of each text, at least 1
 * @param requests number of texts of a round, whose prompts have 1 to {@code prompt} tokens; a text
 *     begins when another one ends; 0 for one text per place in the batch, all begun together
 * @param temperature of the gates
 * @param hard whether the first expert alone takes a token (gates that know phases)
 * @param warmup rounds before the clock starts, at least 1
 * @param rounds that are timed, at least 1
 */
public record GenerateBenchmark(
    UntrainedModel untrained,
    Precision precision,
    List<Integer> batches,
    int prompt,
    int tokens,
    int requests,
    double temperature,
    boolean hard,
    int warmup,
    int rounds) {

  /** Rejects numbers out of their bounds. */
  public GenerateBenchmark {
    batches = List.copyOf(batches);
    FieldBound.atLeast("batch", batches.size(), 1);
    batches.forEach(batch -> FieldBound.atLeast("batch", batch, 1));
    FieldBound.atLeast("prompt", prompt, 1);
    FieldBound.atLeast("tokens", tokens, 1);
    FieldBound.atLeast("requests", requests, 0);
    FieldBound.atLeast("warmup", warmup, 1);
    FieldBound.atLeast("rounds", rounds, 1);
    context(temperature, hard);
  }

  private static StepContext context(double temperature, boolean hard) {
    Phase phase = hard ? Phase.HARD : Phase.SOFT;
    return new StepContext(0, phase, temperature, false, UntrainedModel.SEED);
  }

  /** Runs and measures. */
  public GenerateSpeed run() {
    return run(KernelSelection.forPrecision(precision), () -> {});
  }

  /** The same, and where the time of the timed rounds went. */
  public GenerateSpeed run(KernelClock clock) {
    return run(clock.timed(KernelSelection.forPrecision(precision)), clock::reset);
  }

  private GenerateSpeed run(Kernels kernels, Runnable afterWarmup) {
    StepContext context = context(temperature, hard);
    CausalLanguageModel model = untrained.make(kernels, 1);
    if (model.evolving().growth() == Growth.SPAWNED) {
      model.spawn(EvolutionConfig.defaults().spawnMethod(), UntrainedModel.SEED);
    }
    Generation generation = new Generation(model, context);
    List<OfBatch> speeds =
        batches.stream().map(batch -> speed(generation, batch, afterWarmup)).toList();
    double active = activeExperts(model, context);
    return new GenerateSpeed(
        untrained.gate(),
        precision.toString(),
        kernels.name(),
        model.parameters().stream().mapToLong(Parameter::length).sum(),
        Math.round(model.activeParameters(active)),
        active,
        prompt,
        tokens,
        speeds,
        ProcessMemory.peakMebibytes());
  }

  private OfBatch speed(Generation generation, int batch, Runnable afterWarmup) {
    List<int[]> prompts =
        IntStream.range(0, requests == 0 ? batch : requests).mapToObj(this::prompt).toList();
    Runnable round = () -> generate(generation, prompts, batch);
    IntStream.range(0, warmup).forEach(i -> round.run());
    afterWarmup.run();
    double median =
        Median.of(DoubleStream.generate(() -> MachineSpeed.seconds(round)).limit(rounds));
    double millis = 1000 * median;
    double all = (double) prompts.size() * tokens;
    return new OfBatch(batch, millis, millis / tokens, all / median);
  }

  private void generate(Generation generation, List<int[]> prompts, int together) {
    GenerationConfig config = GenerationConfig.greedy().with(g -> g.maxNewTokens(tokens));
    int joined = 0;
    try (GenerationBatch batch = generation.batch()) {
      while (joined < prompts.size() || batch.size() > 0) {
        while (joined < prompts.size() && batch.size() < together) {
          batch.join(prompts.get(joined), config);
          joined++;
        }
        batch.step();
      }
    }
  }

  private int[] prompt(int text) {
    int[] ids = randomTokens(text);
    return requests == 0 ? ids : Arrays.copyOf(ids, 1 + 5 * text % prompt);
  }

  private int[] randomTokens(int text) {
    CounterRandom random = new CounterRandom(CounterRandom.fold(UntrainedModel.SEED, text));
    int vocabulary = untrained.size().vocabulary();
    return IntStream.range(0, prompt).map(i -> random.below(vocabulary, i)).toArray();
  }

  private double activeExperts(CausalLanguageModel model, StepContext context) {
    int[] ids = randomTokens(0);
    LanguageBatch batch = new LanguageBatch(TokenBatch.of(prompt, ids), ids);
    return RoutingReport.meanActiveExperts(model.loss(batch, context).reports());
  }
}
