package io.evomoe.models.hub;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.training.Model;

/**
 * What {@code config.json} says of a model, in our terms.
 *
 * @param modelType its family, as {@code model_type} names it
 * @param embedding its tables
 * @param stack its blocks; as read from a file without places for experts
 */
public record PublishedModel(String modelType, EmbeddingSize embedding, StackSize stack) {

  /** The same with places for experts in every {@code moeEvery}-th block. */
  public PublishedModel withExperts(int experts, int moeEvery) {
    return new PublishedModel(
        modelType, embedding, stack.with(s -> s.experts(experts).moeEvery(moeEvery)));
  }

  /** The class of our models that it is read as. */
  public Class<? extends Model<?>> modelClass() {
    return family().modelClass();
  }

  /** For a {@link Gpt}. */
  public GptConfig gpt() {
    require(Gpt.class);
    return new GptConfig(embedding.vocabulary(), embedding.positions(), stack);
  }

  /** For a {@link Roberta}. */
  public RobertaConfig roberta() {
    require(Roberta.class);
    return new RobertaConfig(embedding, stack);
  }

  PublishedFamily family() {
    return PublishedFamilies.named(modelType);
  }

  private void require(Class<? extends Model<?>> wanted) {
    if (!modelClass().equals(wanted)) {
      throw new IllegalStateException(
          "model_type must be that of a %s, was %s, which is a %s"
              .formatted(wanted.getSimpleName(), modelType, modelClass().getSimpleName()));
    }
  }
}
