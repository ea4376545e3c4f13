package io.evomoe.bench.cli.bench;

import io.evomoe.bench.cli.bench.GenerateSpeed.OfBatch;
import io.evomoe.bench.cli.console.ProcessMemory;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationBatch;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.TokenBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code evomoe bench generate}: greedy generation after random prompts, with the keys and values
 * of what was read kept. With {@code --requests}, prompts differ in length, and a text begins when
 * another one ends.
 */
@Command(
    name = "generate",
    description = "Times greedy generation by a GPT or Llama model from random tokens.",
    footer = {
      "evomoe bench generate --batch 1,16",
      "evomoe bench generate --batch 1,50 --requests 50"
    })
final class BenchGenerateCommand extends ModelBenchmark {
  @Option(
      names = "--batch",
      split = ",",
      defaultValue = "1,16",
      description = "texts generated together; several numbers are measured in turn")
  List<Integer> batches = List.of();

  @Option(names = "--prompt", description = "tokens of each prompt")
  int prompt = 16;

  @Option(names = "--tokens", description = "new tokens of each text")
  int tokens = 100;

  @Option(
      names = "--requests",
      description = "texts of a round, with prompts of 1 to --prompt tokens (default: one batch)")
  int requests;

  @Option(names = "--rounds", description = "measured rounds, for their median")
  int rounds = 5;

  @Option(names = "--warmup", description = "rounds before the measured ones")
  int warmup = 5;

  @Override
  public void run() {
    FieldBound.atLeast("requests", requests, 0);
    requireAtLeastOne(
        Map.of("prompt", prompt, "tokens", tokens, "warmup", warmup, "rounds", rounds));
    batches.forEach(batch -> FieldBound.atLeast("batch", batch, 1));
    UntrainedModel untrained = untrained(Math.addExact(prompt, tokens), false);
    CausalLanguageModel model = untrained.make(kernels(), 1);
    if (model.evolving().growth() == ExpertLifecycle.SPAWNED) {
      model.spawn(EvolutionConfig.defaults().spawnMethod(), UntrainedModel.SEED);
    }
    Generation generation = new Generation(model, context());
    int count = requests == 0 ? Collections.max(batches) : requests;
    List<int[]> prompts = IntStream.range(0, count).mapToObj(i -> prompt(untrained, i)).toList();
    List<OfBatch> speeds = new ArrayList<>();
    for (int batch : batches) {
      speeds.add(speed(generation, prompts.subList(0, requests == 0 ? batch : count), batch));
    }
    int[] ids = untrained.randomTokens(0, prompt);
    LanguageBatch one = new LanguageBatch(TokenBatch.of(prompt, ids), ids);
    double active = RoutingReport.meanActiveExperts(model.loss(one, context()).reports());
    GenerateSpeed speed =
        new GenerateSpeed(
            gate,
            precision().toString(),
            kernels().name(),
            parameters(model),
            Math.round(model.activeParameters(active)),
            active,
            prompt,
            tokens,
            speeds,
            ProcessMemory.peakMebibytes());
    print(speed);
  }

  private OfBatch speed(Generation generation, List<int[]> prompts, int batch) {
    Runnable round = () -> generate(generation, prompts, batch);
    IntStream.range(0, warmup).forEach(i -> round.run());
    double[] seconds =
        DoubleStream.generate(() -> MachineSpeed.seconds(round)).limit(rounds).toArray();
    double median = StatUtils.percentile(seconds, 50);
    double all = (double) prompts.size() * tokens;
    return new OfBatch(batch, 1000 * median, 1000 * median / tokens, all / median);
  }

  private void generate(Generation generation, List<int[]> prompts, int together) {
    GenerationConfig config = GenerationConfig.greedy().with(g -> g.maxNewTokens(tokens));
    Iterator<int[]> waiting = prompts.iterator();
    try (GenerationBatch batch = generation.batch()) {
      while (waiting.hasNext() || batch.size() > 0) {
        while (waiting.hasNext() && batch.size() < together) {
          batch.join(waiting.next(), config);
        }
        batch.step();
      }
    }
  }

  private int[] prompt(UntrainedModel untrained, int text) {
    return untrained.randomTokens(text, requests == 0 ? prompt : 1 + 5 * text % prompt);
  }
}
