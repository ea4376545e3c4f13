package org.example;

import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.task.ExampleData;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import java.nio.file.Path;

/** Learns ratings of texts. Rows are a rating and a text. */
public final class RatingTask extends Task<RatingModel.Batch, RatingModel> {
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
    return ExampleData.labelled(
        this,
        data,
        config,
        tokenizers,
        progress,
        Double::valueOf,
        (texts, ratings) ->
            new RatingModel.Batch(
                texts, ratings.stream().mapToDouble(Double::doubleValue).toArray()))
        .metric("rmse", Math::sqrt);
  }

  @Override
  public RatingModel fresh(RunConfig config, int vocabulary, TrainingFacts facts) {
    return new RatingModel(config, vocabulary, facts);
  }
}
