package io.evomoe.run;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.data.Dataset;
import io.evomoe.training.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Texts and runs so small that they train in a moment. */
public final class SmallTexts {
  private SmallTexts() {}

  /** Sentences of running text. */
  public static Path prose(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(
          "Message %d of the year %d, on roads and rivers.\n\n".formatted(i, 1800 + i % 50));
    }
    return Files.writeString(folder.resolve("prose.txt"), text);
  }

  /** Sentences in two languages. */
  public static Path pairs(Path folder) throws IOException {
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      pairs.append("The road %d is long.\tDie Straße %d ist lang.\n".formatted(i, i));
    }
    return Files.writeString(folder.resolve("pairs.tsv"), pairs);
  }

  /** A GPT of 12,816 parameters. */
  public static RunBuilder<Gpt> gpt(Path folder) throws IOException {
    return ofText(prose(folder));
  }

  /** A GPT of that size on a text. */
  public static RunBuilder<Gpt> ofText(Path text) {
    return small(Run.gpt(text));
  }

  /** A Llama of about that size. */
  public static RunBuilder<Llama> llama(Path folder) throws IOException {
    return small(Run.llama(prose(folder)));
  }

  /** A RoBERTa of that size. */
  public static RunBuilder<Roberta> roberta(Path folder) throws IOException {
    return small(Run.roberta(prose(folder)));
  }

  /** A Transformer of that size. */
  public static RunBuilder<Transformer> translation(Path folder) throws IOException {
    return small(Run.translation(pairs(folder)));
  }

  private static <M extends Model<?>> RunBuilder<M> small(RunBuilder<M> run) {
    return run.preset("quick")
        .model(m -> m.vocabulary(300).sequence(16).hiddenSize(16).intermediateSize(32))
        .training(
            t ->
                t.steps(20)
                    .batch(4)
                    .evalEvery(10)
                    .evalBatches(2)
                    .metricSentences(4)
                    .checkpointEvery(10));
  }

  /** Texts of two classes, which a small network can tell apart; so many of each. */
  public static List<List<String>> labelled(int count) {
    List<List<String>> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(List.of("sea", "the ship %d of the sea".formatted(i)));
      texts.add(List.of("land", "a road %d".formatted(i)));
    }
    return texts;
  }

  /** These texts as data. */
  public static Dataset classes(int count) {
    return Dataset.rows("texts", labelled(count)::stream);
  }
}
