package io.evomoe.bench.cli;

import io.evomoe.run.internal.hub.HubImport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe import}: a model of Hugging Face as a run. */
@Command(
    name = "import",
    description =
        "Makes a run of a model in the files of Hugging Face (config.json, safetensors,"
            + " tokenizer), to be measured, trained on (train --init), or exported again.",
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Option(names = "--from", required = true, description = "folder with config.json")
  Path from = Path.of(".");

  @Option(names = "--out", required = true, description = "folder of the run")
  Path out = Path.of(".");

  @Override
  public Integer call() {
    HubImport.run(from, out).forEach(System.out::println);
    return 0;
  }
}
