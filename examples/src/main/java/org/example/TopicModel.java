package org.example;

import io.evomoe.models.stack.PooledModel;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds the topic of texts: a sequence classifier on MoE blocks. */
public final class TopicModel extends PooledModel<TopicModel.Batch> {

  /** Texts and the numbers of their topics. */
  public record Batch(TokenBatch texts, int[] topics) {}

  TopicModel(RunConfig config, int vocabulary, TrainingFacts facts) {
    super(
        config.scope(),
        config.languageModel(vocabulary),
        config.gates(facts),
        TopicTask.TOPICS.size());
  }

  @Override
  protected TokenBatch texts(Batch batch) {
    return batch.texts();
  }

  @Override
  protected OutputLoss loss(INDArray outputs, Batch batch) {
    return OutputLoss.crossEntropy(kernels(), outputs, batch.topics());
  }
}
