package io.evomoe.bench.cli;

import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.internal.task.LineTranslator;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe translate}: standard input to standard output, line by line. */
@Command(
    name = "translate",
    description =
        "Translates standard input line by line to standard output. Both are UTF-8, with one sentence a line.",
    footerHeading = OptionGroup.EXAMPLES,
    footer = "evomoe translate --checkpoint runs/mt < english.txt",
    mixinStandardHelpOptions = true)
final class TranslateCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run of task mt; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Mixin SearchOptions options = new SearchOptions();

  private long done;

  @Override
  public Integer call() {
    Utf8Lines input = new Utf8Lines(System.in, "standard input");
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint, Tasks.TRANSLATION, "translate")) {
      LineTranslator translator =
          new LineTranslator(
              run.trained().as(Transformer.class), run.tokenizer(), options.search());
      List<String> lines = input.next(options.batch);
      while (!lines.isEmpty()) {
        translator
            .translate(lines, line -> announce(line, translator))
            .forEach(System.out::println);
        if (System.out.checkError()) {
          throw new LostOutputException();
        }
        done += lines.size();
        lines = input.next(options.batch);
      }
    }
    return 0;
  }

  private void announce(int line, LineTranslator translator) {
    System.err.printf(
        "evomoe: line %d has more than %d tokens and was cut%n",
        done + line + 1, translator.limit());
  }
}
