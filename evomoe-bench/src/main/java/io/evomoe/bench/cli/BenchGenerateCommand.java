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
    description = "Times greedy generation by a GPT or a Llama after random tokens.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchGenerateCommand implements Callable<Integer> {
  @Mixin BenchModelOptions model = new BenchModelOptions();

  @Option(
      names = "--batch",
      split = CommaList.COMMA,
      splitSynopsisLabel = CommaList.LABEL,
      defaultValue = "1,16",
      description = "texts that are continued side by side; several numbers are measured in turn")
  List<Integer> batches = List.of();

  @Option(names = "--prompt", defaultValue = "16", description = "tokens of each prompt")
  int prompt;

  @Option(names = "--tokens", defaultValue = "100", description = "new tokens of each text")
  int tokens;

  @Option(names = "--rounds", defaultValue = "5", description = "the median of these is told")
  int rounds;

  @Option(names = "--warmup", defaultValue = "5", description = "rounds before these")
  int warmup;

  @Option(
      names = "--profile",
      description =
          "also the time in each kernel a token at the last number of texts, on standard error"
              + " (generation itself is slower)")
  boolean profile;

  @Option(names = "--json", description = "one line of JSON")
  boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    GenerateBenchmark benchmark =
        new GenerateBenchmark(
            model.model(Math.addExact(prompt, tokens), false),
            model.precision(),
            batches,
            prompt,
            tokens,
            model.temperature,
            model.hard,
            warmup,
            rounds);
    KernelClock clock = new KernelClock();
    GenerateSpeed speed = profile ? benchmark.run(clock) : benchmark.run();
    clock
        .shares(rounds * tokens)
        .forEach(
            share ->
                System.err.printf(
                    "%-24s %8.3f ms in %6.1f calls a token%n",
                    share.kernel(), share.millis(), share.calls()));
    System.out.println(json ? BenchCommand.json(speed) : speed.toString());
    return 0;
  }
}
