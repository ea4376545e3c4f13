package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.training.Model;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The details of a family of published models. {@link PublishedFamilies} lists the implementations.
 */
interface PublishedFamily {

  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** Our class for the family's models. */
  Class<? extends Model<?>> modelClass();

  /**
   * Reads a configuration.
   *
   * @throws IllegalArgumentException for an unsupported model, naming the field
   */
  PublishedModel read(ConfigFields fields);

  /**
   * Writes all fields of a configuration except {@code model_type}.
   *
   * @param ends tokens that begin and end its texts, if they are known
   */
  void write(PublishedModel model, Optional<TextEnds> ends, ObjectNode config);

  /** Returns our model in the family's form; empty if it has none. */
  Optional<PublishedModel> describe(Model<?> model);

  /**
   * Returns the reason why a model of its class does not fit, to follow the family's name; empty if
   * it fits.
   *
   * @param model in its form, with the router of all the model's mixtures
   */
  default Optional<String> refusal(PublishedModel model) {
    return model.router().isPresent()
        ? Optional.of("has no experts, this run has")
        : Optional.empty();
  }

  /** Returns the form of a model that fits, with MoE blocks if the family has them. */
  default PublishedModel fitted(PublishedModel model) {
    return model;
  }

  /**
   * Adds published tensors that our model may lack.
   *
   * @param parameters of the model in float32, by name
   * @param model in its published form
   */
  default void complete(Map<String, INDArray> parameters, PublishedModel model) {}

  /**
   * Returns the names of all weights.
   *
   * @param tensors existing names, if they may have different prefixes; empty for the names of the
   *     family's library
   */
  WeightNames names(PublishedModel model, Set<String> tensors);

  /**
   * Returns the name of an MoE block's feed-forward part in the family's library.
   *
   * @param block counted from 0
   */
  String place(int block);
}
