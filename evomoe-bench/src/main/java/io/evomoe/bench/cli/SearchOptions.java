package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.models.transformer.Search;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that say how translations are searched for: shared by commands. */
final class SearchOptions extends FieldOptions {
  @Option(names = "--greedy", description = "always take the most likely token; same as --beam 1")
  boolean greedy;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  SearchOptions() {
    super(Search.class, "--beam --length-penalty --batch=sentences");
  }

  /** Rejects what {@code --greedy} overrules. */
  Search search() {
    Search asked = over(Search.DEFAULT);
    if (!greedy) {
      return asked;
    }
    CommandText.reject(command, "cannot be given with --greedy", "--beam", "--length-penalty");
    return new Search(1, 0, asked.maxLength(), asked.sentences());
  }
}
