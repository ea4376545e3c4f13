package org.example;

import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.data.Split;
import io.evomoe.run.task.ExampleData;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TokenizerSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Learns ratings of texts. Rows are a rating and a text. */
public final class RatingTask extends Task<RatingModel.Batch, RatingModel> {
  /** A text with its rating. */
  private record Rated(double rating, int[] ids) {}

  /** Names the task, for {@code --task rating} and {@code task: rating}. */
  public RatingTask() {
    super("rating", RatingModel.class, false);
  }

  @Override
  public String lossName() {
    return "squared error";
  }

  @Override
  public RecordKind records() {
    return RecordKind.CLASS; // of files: fields label and text
  }

  @Override
  public TaskData<RatingModel.Batch, RatingModel> read(
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizers,
      Path folder,
      TextProgress progress) {
    Split<List<String>> rows = data.split(records(), config.data(), config.split());
    List<String> texts = rows.train().stream().map(row -> row.get(1)).toList();
    Tokenizer tokenizer =
        tokenizers.tokenizer(
            () -> new TextCorpus(data.name(), texts),
            config.model().vocabulary(),
            SpecialTokens.GPT,
            progress);
    int longest = config.model().sequence();
    Split<Rated> rated =
        rows.map(
            row -> {
              int[] ids = tokenizer.encode(row.get(1));
              int[] kept = Arrays.copyOf(ids, Math.min(ids.length, longest));
              return new Rated(Double.parseDouble(row.get(0)), kept);
            });
    int padding = tokenizer.endOfText();
    return new ExampleData<>(
            this,
            tokenizer,
            data.name(),
            rated,
            example -> IntStream.of(example.ids()),
            examples ->
                new RatingModel.Batch(
                    TokenBatch.padded(examples.stream().map(Rated::ids).toList(), padding),
                    examples.stream().mapToDouble(Rated::rating).toArray()))
        .metric("rmse", Math::sqrt);
  }

  @Override
  public RatingModel fresh(RunConfig config, int vocabulary, TrainingFacts facts) {
    return new RatingModel(config, vocabulary, facts);
  }
}
