package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.console.Utf8Lines;
import io.evomoe.models.transformer.Search;
import io.evomoe.run.Predictor;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe translate}: standard input to standard output, line by line. */
@Command(
    name = "translate",
    description =
        "Translates standard input line by line to standard output. Both are UTF-8, with one sentence a line.",
    footer = "evomoe translate --checkpoint runs/mt < english.txt")
final class TranslateCommand implements Runnable {
  @Option(names = "--checkpoint", required = true, description = "run folder, task mt")
  Path checkpoint = Path.of(".");

  @Mixin FieldOptions options = search();

  private long done;

  /** Options that say how translations are searched for. */
  static FieldOptions search() {
    return new FieldOptions(Search.class, "--beam --length-penalty --batch=sentences");
  }

  @Override
  public void run() {
    Utf8Lines input = new Utf8Lines(System.in);
    Search search = options.over(Search.DEFAULT);
    try (Predictor predictor = Predictor.open(checkpoint)) {
      List<String> lines;
      do {
        lines = input.next(search.sentences());
        predictor
            .translate(lines, search, line -> announce(line, predictor.limit()))
            .forEach(System.out::println);
        StandardOutput.requireTaken();
        done += lines.size();
      } while (!lines.isEmpty());
    }
  }

  private void announce(int line, int limit) {
    System.err.printf(
        "evomoe: line %d has more than %d tokens and was cut%n", done + line + 1, limit);
  }
}
