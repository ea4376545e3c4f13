package org.example;

import io.evomoe.models.stack.PooledModel;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rates texts: a regression on MoE blocks. */
public final class RatingModel extends PooledModel<RatingModel.Batch> {

  /** Texts and their ratings. */
  public record Batch(TokenBatch texts, double[] ratings) {}

  RatingModel(RunConfig config, int vocabulary, TrainingFacts facts) {
    super(config.scope(), config.languageModel(vocabulary), config.gates(facts), 1);
  }

  @Override
  protected TokenBatch texts(Batch batch) {
    return batch.texts();
  }

  @Override
  protected OutputLoss loss(INDArray outputs, Batch batch) {
    return OutputLoss.squaredError(kernels(), outputs, batch.ratings());
  }
}
