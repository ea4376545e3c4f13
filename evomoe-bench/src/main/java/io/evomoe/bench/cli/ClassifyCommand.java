package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.console.Utf8Lines;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.record.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
  /** What a line is. */
  enum Format {
    /** Class and probability with a TAB between them; of a blank text the TAB alone. */
    TSV,
    /** A JSON object of label, probability and text; of a blank text the first two are null. */
    JSONL
  }

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
      description =
          "tsv (class TAB probability) or jsonl (objects of label, probability and text); both are empty for a blank line (default: tsv)")
  Format format = Format.TSV;

  private final List<String> waiting = new ArrayList<>();
  private long texts;
  private long cut;

  @Override
  public void run() {
    form.requireOf(RecordKind.DOCUMENT);
    for (Path path : DataOptions.once(data)) {
      if (DataSource.isDivided(path)) {
        throw new IllegalArgumentException(
            "folder %s has a split: name one of its files".formatted(path));
      }
    }
    try (Classifier classifier = Classifier.open(checkpoint)) {
      DataForm asked =
          form.over(classifier.dataForm(), !data.isEmpty(), "standard input is read line by line");
      if (data.isEmpty()) {
        Utf8Lines input = new Utf8Lines(System.in);
        for (var lines = input.next(1); !lines.isEmpty(); lines = input.next(1)) {
          add(lines.get(0), classifier);
        }
      }
      for (Path path : data) {
        DataSource source = DataSource.of(path, RecordKind.DOCUMENT, asked);
        System.err.println(source.texts(text -> add(text, classifier)));
      }
      flush(classifier);
      if (cut > 0) {
        System.err.printf(
            "evomoe: %,d of %,d texts have more than %d tokens and were cut%n",
            cut, texts, classifier.limit());
      }
    }
  }

  /** The next text; white space around it does not count, as in data for training. */
  private void add(String text, Classifier classifier) {
    waiting.add(text.strip());
    if (waiting.size() == Classifier.BATCH) {
      flush(classifier);
    }
  }

  /** Writes the lines of the texts that wait for others. */
  private void flush(Classifier classifier) {
    Iterator<Classified> classified =
        classifier.classify(waiting.stream().filter(text -> !text.isEmpty()).toList()).iterator();
    for (String text : waiting) {
      Classified named = text.isEmpty() ? null : classified.next();
      texts++;
      cut += named != null && named.cut() ? 1 : 0;
      System.out.println(format == Format.TSV ? tsv(named) : json(named, text));
    }
    waiting.clear();
    StandardOutput.requireTaken();
  }

  private static String tsv(@Nullable Classified named) {
    return named == null ? "\t" : named.label() + "\t" + probability(named);
  }

  private static String json(@Nullable Classified named, String text) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("label", named == null ? null : named.label());
    line.put("probability", named == null ? null : Double.valueOf(probability(named)));
    line.put("text", text);
    return Json.line(line);
  }

  private static String probability(Classified named) {
    return "%.6f".formatted(named.probability());
  }
}
