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
import java.util.List;

/** Learns the topics of texts. Rows are a topic and a text. */
public final class TopicTask extends Task<TopicModel.Batch, TopicModel> {
  /** The topics, in the order of the model's outputs. */
  static final List<String> TOPICS = List.of("food", "weather", "music");

  /** Names the task, for {@code --task topic} and {@code task: topic}. */
  public TopicTask() {
    super("topic", TopicModel.class, false);
  }

  @Override
  public String lossName() {
    return "cross-entropy";
  }

  @Override
  public RecordKind records() {
    return RecordKind.CLASS; // of files: fields label and text
  }

  @Override
  public TaskData<TopicModel.Batch, TopicModel> read(
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
        TopicTask::number,
        (texts, topics) ->
            new TopicModel.Batch(
                texts, topics.stream().mapToInt(Integer::intValue).toArray()));
  }

  private static int number(String topic) {
    int number = TOPICS.indexOf(topic);
    if (number < 0) {
      throw new IllegalArgumentException("topic must be one of %s, was %s".formatted(TOPICS, topic));
    }
    return number;
  }

  @Override
  public TopicModel fresh(RunConfig config, int vocabulary, TrainingFacts facts) {
    return new TopicModel(config, vocabulary, facts);
  }
}
