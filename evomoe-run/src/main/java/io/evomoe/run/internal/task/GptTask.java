package io.evomoe.run.internal.task;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.result.TrainedModel;
import java.util.List;

/** Causal language modelling with a GPT. */
final class GptTask extends TextTask<Gpt> {

  GptTask() {
    super("gpt", Gpt.class, LanguageObjective.CAUSAL, List.of("sotu"));
  }

  @Override
  public Gpt fresh(RunConfig config, int tokens, TrainingFacts facts) {
    EmbeddingSize embedding = config.embedding(tokens);
    return new Gpt(
        new GptConfig(embedding.vocabulary(), embedding.positions(), stack(config)),
        config.gates(facts),
        config.scope());
  }

  @Override
  public ParameterTotal parameters(RunConfig config, int vocabulary) {
    ParameterCount count = new ParameterCount(config, vocabulary);
    int moeLayers = config.model().moeLayers();
    EmbeddingSize size = config.embedding(vocabulary);
    return count
        .embedding(size.vocabulary())
        .plus(count.embedding(size.positions()))
        .plus(count.stack(1, moeLayers, true))
        .plus(count.norm());
  }

  @Override
  public double[] lastLogits(RunCheckpoint run, int[] ids) {
    TrainedModel<Gpt> trained = trained(run);
    return row(
        () -> trained.model().nextTokenLogits(TokenBatch.of(ids.length, ids), trained.context()));
  }
}
