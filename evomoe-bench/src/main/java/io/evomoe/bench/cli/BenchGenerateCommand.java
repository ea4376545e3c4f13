package io.evomoe.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.bench.measure.GenerateBenchmark;
import io.evomoe.bench.measure.GenerateSpeed;
import io.evomoe.bench.measure.KernelClock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe bench generate}. */
@Command(
    name = "generate",
    description = "Times greedy generation by a GPT or Llama model from random tokens.",
    footer = {
      "evomoe bench generate --batch 1,16",
      "evomoe bench generate --batch 1,50 --requests 50"
    })
final class BenchGenerateCommand implements Callable<Integer> {
  @Mixin BenchModelOptions model = new BenchModelOptions();

  @Option(
      names = "--batch",
      split = ",",
      defaultValue = "1,16",
      description = "texts generated together; several numbers are measured in turn")
  List<Integer> batches = List.of();

  @Option(names = "--prompt", defaultValue = "16", description = "tokens of each prompt")
  int prompt;

  @Option(names = "--tokens", defaultValue = "100", description = "new tokens of each text")
  int tokens;

  @Option(
      names = "--requests",
      defaultValue = "0",
      description = "texts of a round, with prompts of 1 to --prompt tokens (default: one batch)")
  int requests;

  @Option(names = "--rounds", defaultValue = "5", description = "measured rounds, for their median")
  int rounds;

  @Option(names = "--warmup", defaultValue = "5", description = "rounds before the measured ones")
  int warmup;

  @Override
  public Integer call() throws JsonProcessingException {
    GenerateBenchmark benchmark =
        new GenerateBenchmark(
            model.model(Math.addExact(prompt, tokens), false),
            model.precision(),
            batches,
            prompt,
            tokens,
            requests,
            model.temperature,
            model.hard,
            warmup,
            rounds);
    KernelClock clock = new KernelClock();
    GenerateSpeed speed = model.profile ? benchmark.run(clock) : benchmark.run();
    model.print(speed, clock, rounds * tokens, "token");
    return 0;
  }
}
