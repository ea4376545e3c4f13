package io.evomoe.bench.cli;

import io.evomoe.run.Run;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe import}: a model of Hugging Face as a run. */
@Command(
    name = "import",
    description =
        "Makes a run from a Hugging Face model (config.json, safetensors, tokenizer), for eval, train --init or export.",
    footer = "evomoe import --from models/llama --out runs/llama")
final class ImportCommand implements Runnable {
  @Option(names = "--from", required = true, description = "folder with config.json")
  Path from = Path.of(".");

  @Option(
      names = "--adapters",
      paramLabel = "FOLDER",
      description = "folder of the library peft with LoRA adapters, which are added to the weights")
  @Nullable Path adapters;

  @Option(names = "--out", required = true, description = "folder of the new run")
  Path out = Path.of(".");

  @Override
  public void run() {
    Run.importing(from, adapters, out, System.out::println).close();
  }
}
