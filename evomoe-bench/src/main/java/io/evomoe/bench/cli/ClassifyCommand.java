package io.evomoe.bench.cli;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import io.evomoe.run.finetune.Classifier;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe classify}: texts to their classes, line by line. */
@Command(
    name = "classify",
    description = {
      "Writes the class of each text and its probability, one line per text, in the same order.",
      "Texts are the lines of standard input or the texts of --data. Records without text are skipped and counted."
    },
    footer = {
      "evomoe classify --checkpoint runs/finetune < texts.txt",
      "evomoe classify --checkpoint runs/finetune --data texts.jsonl --format jsonl"
    })
final class ClassifyCommand implements Runnable {
  @Option(names = "--checkpoint", required = true, description = "folder written by finetune")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description =
          "file or folder of UTF-8 texts: lines (.txt) or records (.jsonl, .csv, .tsv, .parquet), also as .gz or .zst; may be repeated (default: standard input)")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Option(
      names = "--format",
      defaultValue = "TSV",
      description =
          "tsv (class TAB probability) or jsonl (objects of label, probability and text); both are empty for a blank line (default: tsv)")
  ClassLines.Format format = ClassLines.Format.TSV;

  @Override
  public void run() {
    form.requireOf(RecordKind.DOCUMENT);
    for (Path path : DataOptions.once(data)) {
      if (SplitFolder.isOne(path)) {
        throw new IllegalArgumentException(
            "folder %s has a split: name one of its files".formatted(path));
      }
    }
    try (Classifier classifier = Classifier.open(checkpoint)) {
      DataForm usual = classifier.dataForm();
      DataForm asked = form.over(usual);
      if (data.isEmpty() && !asked.equals(usual)) {
        throw new IllegalArgumentException(
            "options for the format of data need --data: standard input is read line by line");
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
