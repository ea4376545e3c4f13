package io.evomoe.bench.cli;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Sampling;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.task.Tasks;
import io.evomoe.run.internal.task.TextGeneration;
import java.nio.file.Path;
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
    footerHeading = OptionGroup.EXAMPLES,
    footer = {
      "evomoe generate --checkpoint runs/mine --prompt \"The state of\" --tokens 40",
      "evomoe generate --checkpoint runs/mine --greedy"
    },
    mixinStandardHelpOptions = true)
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

  @Option(
      names = "--tokens",
      defaultValue = "64",
      description = "number of new tokens (default: ${DEFAULT-VALUE})")
  int tokens = 64;

  @Option(
      names = "--temperature",
      defaultValue = "0.8",
      description = "sampling temperature, 0 is greedy (default: ${DEFAULT-VALUE})")
  double temperature = 0.8;

  @Option(
      names = "--top-k",
      defaultValue = "40",
      description = "sample from this many most likely tokens (default: ${DEFAULT-VALUE})")
  int topK = 40;

  @Option(names = "--greedy", description = "always take the most likely token")
  boolean greedy;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "seed of the sampling (default: ${DEFAULT-VALUE})")
  long seed = 1;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (greedy) {
      Greedy.requireAlone(spec, "--temperature", "--top-k", "--seed");
    }
    Sampling sampling = greedy ? Sampling.greedy() : new Sampling(temperature, topK, seed);
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint, Tasks.GPT, "generate")) {
      String text = prompt == null ? StandardInput.piped() : prompt;
      System.out.println(
          new TextGeneration(
                  run.trained().as(CausalLanguageModel.class), run.tokenizer())
              .generate(text, tokens, sampling));
    }
    return 0;
  }
}
