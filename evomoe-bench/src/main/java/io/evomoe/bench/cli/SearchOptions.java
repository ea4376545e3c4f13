package io.evomoe.bench.cli;

import io.evomoe.models.transformer.Search;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that say how translations are searched for: shared by commands. */
final class SearchOptions {
  @Option(names = "--beam", defaultValue = "4", description = "beam size, 1 is greedy")
  int beam = 4;

  @Option(
      names = "--length-penalty",
      defaultValue = "0.6",
      description = "larger values prefer longer translations")
  double lengthPenalty = 0.6;

  @Option(names = "--greedy", description = "always take the most likely token; same as --beam 1")
  boolean greedy;

  @Option(names = "--batch", defaultValue = "32", description = "sentences translated together")
  int batch = 32;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  /** Rejects what {@code --greedy} overrules. */
  Search search() {
    if (greedy) {
      Greedy.requireAlone(command, "--beam", "--length-penalty");
    }
    return new Search(greedy ? 1 : beam, lengthPenalty, Integer.MAX_VALUE, batch);
  }
}
