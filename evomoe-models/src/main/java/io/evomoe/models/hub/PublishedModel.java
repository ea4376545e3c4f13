package io.evomoe.models.hub;

import io.evomoe.models.internal.hub.PublishedFamily;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.training.Model;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;

/**
 * The description of a model in {@code config.json}, in our terms.
 *
 * @param modelType its family, as {@code model_type} names it
 * @param config its size; without MoE blocks if a model without experts is read from a file
 * @param router router of a mixture; empty for a model without experts
 */
@RecordBuilder
public record PublishedModel(String modelType, LanguageModelConfig config, Optional<Router> router)
    implements PublishedModelBuilder.With {

  /**
   * The router of a published mixture: {@code softmax(x W)}, with the k largest weights of each
   * token.
   *
   * @param experts k, at least 1
   * @param renormalized whether a token's k weights are divided by their sum
   */
  public record Router(int experts, boolean renormalized) {}

  /** Returns a copy with experts in every {@code moeEvery}-th block. */
  public PublishedModel withExperts(int experts, int moeEvery) {
    return withConfig(config.withStack(config.stack().withMoeEvery(moeEvery).withExperts(experts)));
  }

  /** Returns our class for this model. */
  public Class<? extends Model<?>> modelClass() {
    return PublishedFamily.named(modelType).modelClass();
  }
}
