package io.evomoe.bench.cli;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Generated;
import io.evomoe.run.Predictor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe generate}: continues a text. */
@Command(
    name = "generate",
    description = "Continues a text with a trained language model.",
    footer = {
      "evomoe generate --checkpoint runs/mine --prompt \"The state of\" --tokens 40",
      "evomoe generate --checkpoint runs/mine --greedy"
    })
final class GenerateCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "run folder; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--prompt",
      description = "text to continue (default: standard input, without its last line end)")
  @Nullable String prompt;

  @Option(names = "--tokens", defaultValue = "64", description = "maximum number of new tokens")
  int tokens = 64;

  @Option(
      names = "--temperature",
      defaultValue = "0.8",
      description = "sampling temperature, 0 is greedy")
  double temperature = 0.8;

  @Option(
      names = "--top-k",
      defaultValue = "40",
      description = "sample from this many most likely tokens, 0 for all")
  int topK = 40;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description = "sample from the most likely tokens with this total probability")
  double topP = 1;

  @Option(
      names = "--repetition-penalty",
      defaultValue = "1",
      description = "above 1 makes tokens of the text less likely")
  double repetitionPenalty = 1;

  @Option(names = "--stop", description = "end before this text; may be repeated")
  List<String> stop = List.of();

  @Option(names = "--greedy", description = "always take the most likely token")
  boolean greedy;

  @Option(names = "--seed", defaultValue = "1", description = "seed of the sampling")
  long seed = 1;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (greedy) {
      Greedy.requireAlone(spec, "--temperature", "--top-k", "--top-p", "--seed");
    }
    GenerationConfig config =
        GenerationConfig.defaults()
            .with(
                g ->
                    g.maxNewTokens(tokens)
                        .temperature(greedy ? 0 : temperature)
                        .topK(topK)
                        .topP(topP)
                        .repetitionPenalty(repetitionPenalty)
                        .seed(seed)
                        .stopStrings(stop.toArray(String[]::new)));
    try (Predictor predictor = Predictor.open(checkpoint)) {
      String text = prompt == null ? StandardInput.piped() : prompt;
      Generated generated = predictor.generate(text, config);
      System.out.println(text + generated.text());
    }
    return 0;
  }
}
