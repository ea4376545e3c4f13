package io.evomoe.models.hub;

import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.roberta.RobertaConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;

/**
 * What {@code config.json} says of a model, in our terms.
 *
 * @param family of the model
 * @param embedding its tables
 * @param stack its blocks; as read from a file without places for experts
 */
public record PublishedModel(HubFamily family, EmbeddingSize embedding, StackSize stack) {

  /** The same with places for experts in every {@code moeEvery}-th block. */
  public PublishedModel withExperts(int experts, int moeEvery) {
    return new PublishedModel(family, embedding, stack.withExperts(experts, moeEvery));
  }

  /** For a {@link io.evomoe.models.gpt.Gpt}. */
  public GptConfig gpt() {
    require(HubFamily.GPT2);
    return new GptConfig(embedding.vocabulary(), embedding.positions(), stack);
  }

  /** For a {@link io.evomoe.models.roberta.Roberta}. */
  public RobertaConfig roberta() {
    require(HubFamily.ROBERTA);
    return new RobertaConfig(embedding, stack);
  }

  private void require(HubFamily wanted) {
    if (family != wanted) {
      throw new IllegalStateException(
          "model_type must be %s, was %s".formatted(wanted.modelType(), family.modelType()));
    }
  }
}
