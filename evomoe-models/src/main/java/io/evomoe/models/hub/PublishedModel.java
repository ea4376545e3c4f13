package io.evomoe.models.hub;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.internal.hub.PublishedFamily;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.llama.LlamaConfig;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.training.Model;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;

/**
 * The description of a model in {@code config.json}, in our terms.
 *
 * @param modelType its family, as {@code model_type} names it
 * @param embedding its embedding tables
 * @param stack its blocks; without MoE blocks if a model without experts is read from a file
 * @param tied whether its output head shares the token embedding's weights
 * @param router router of a mixture; empty for a model without experts
 */
@RecordBuilder
public record PublishedModel(
    String modelType,
    EmbeddingSize embedding,
    StackConfig stack,
    boolean tied,
    Optional<Router> router)
    implements PublishedModelBuilder.With {

  /**
   * The router of a published mixture: {@code softmax(x W)}, with the k largest weights of each
   * token.
   *
   * @param experts k, at least 1
   * @param renormalized whether a token's k weights are divided by their sum
   */
  public record Router(int experts, boolean renormalized) {}

  /** Creates a model without experts, with a tied output head. */
  public PublishedModel(String modelType, EmbeddingSize embedding, StackConfig stack) {
    this(modelType, embedding, stack, true, Optional.empty());
  }

  /** Returns a copy with experts in every {@code moeEvery}-th block. */
  public PublishedModel withExperts(int experts, int moeEvery) {
    return new PublishedModel(
        modelType, embedding, stack.withMoeEvery(moeEvery).withExperts(experts), tied, router);
  }

  /** Returns our class for this model. */
  public Class<? extends Model<?>> modelClass() {
    return PublishedFamily.named(modelType).modelClass();
  }

  /** Returns the size of a {@link Gpt}. */
  public GptConfig gpt() {
    require(Gpt.class);
    return new GptConfig(embedding.vocabulary(), embedding.positions(), stack);
  }

  /** Returns the size of a {@link Llama}. */
  public LlamaConfig llama() {
    require(Llama.class);
    return new LlamaConfig(embedding.vocabulary(), embedding.positions(), tied, stack);
  }

  /** Returns the size of a {@link Roberta}. */
  public RobertaConfig roberta() {
    require(Roberta.class);
    return new RobertaConfig(embedding, stack);
  }

  private void require(Class<? extends Model<?>> wanted) {
    if (!modelClass().equals(wanted)) {
      throw new IllegalStateException(
          "model_type must be that of a %s, was %s, which is a %s"
              .formatted(wanted.getSimpleName(), modelType, modelClass().getSimpleName()));
    }
  }
}
