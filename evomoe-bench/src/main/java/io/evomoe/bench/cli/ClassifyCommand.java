package io.evomoe.bench.cli;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.internal.finetune.TunedFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe classify}: texts to their classes, line by line. */
@Command(
    name = "classify",
    description =
        "Names the class of every text, with its probability: standard input, UTF-8 with a text a"
            + " line, to as many lines of standard output in the same order; or the texts of --data, of"
            + " whose records those without text are left out and counted.",
    mixinStandardHelpOptions = true)
final class ClassifyCommand implements Callable<Integer> {
  @Option(names = "--checkpoint", required = true, description = "folder that finetune has written")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder of texts: lines (.txt), or records of which the text is read (.jsonl, .csv,"
              + " .tsv, .parquet), UTF-8, also .gz and .zst; may be repeated; standard input by"
              + " default")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Option(
      names = "--format",
      defaultValue = "TSV",
      description =
          "tsv (default): class TAB probability; jsonl: objects of label, probability and text. Of a"
              + " blank line both are empty")
  ClassLines.Format format = ClassLines.Format.TSV;

  @Override
  public Integer call() {
    form.requireOf(RecordKind.DOCUMENT);
    for (Path path : DataOptions.once(data)) {
      if (SplitFolder.isOne(path)) {
        throw new IllegalArgumentException(
            "folder %s holds a split: name the file in it that is to be classified"
                .formatted(path));
      }
    }
    try (Classifier classifier = Classifier.open(checkpoint)) {
      DataForm usual = TunedFolder.model(checkpoint).data();
      DataForm asked = form.form(usual);
      if (data.isEmpty() && !asked.equals(usual)) {
        throw new IllegalArgumentException(
            "options on the form of data need --data: standard input is read line by line");
      }
      ClassLines lines = new ClassLines(classifier, format, System.out);
      if (data.isEmpty()) {
        readStandardInput(lines);
      }
      for (Path path : data) {
        DataSource source = DataSource.of(path, RecordKind.DOCUMENT, asked);
        System.err.println(source.texts(lines::add).text());
      }
      lines.flush();
      lines.cutNote().ifPresent(note -> System.err.println("evomoe: " + note));
    }
    return 0;
  }

  private static void readStandardInput(ClassLines lines) {
    Utf8Lines input = new Utf8Lines(System.in, "standard input");
    List<String> next = input.next(ClassLines.TOGETHER);
    while (!next.isEmpty()) {
      next.forEach(lines::add);
      next = input.next(ClassLines.TOGETHER);
    }
  }
}
