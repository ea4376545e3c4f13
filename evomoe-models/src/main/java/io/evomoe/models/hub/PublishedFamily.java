package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.training.Model;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All that is special to a family of published models. One class a family, listed in {@link
 * PublishedFamilies}.
 */
interface PublishedFamily {

  /** The {@code model_type} of {@code config.json}. */
  String modelType();

  /** What it is read as. */
  Class<? extends Model<?>> modelClass();

  /**
   * Reads a configuration.
   *
   * @throws IllegalArgumentException for a model that ours cannot represent, naming the field
   */
  PublishedModel read(ConfigFields fields);

  /**
   * Fills in all fields of a configuration but {@code model_type}.
   *
   * @param ends tokens that begin and end its texts, where they are known
   */
  void write(PublishedModel model, Optional<TextEnds> ends, ObjectNode config);

  /** A model of ours in the form that this family publishes; empty for one that has none here. */
  Optional<PublishedModel> describe(Model<?> model);

  /**
   * Why it cannot hold a model of its class, to follow its name; empty where it can.
   *
   * @param model in its form, with the router that all mixtures of the model have
   */
  default Optional<String> refusal(PublishedModel model) {
    return model.router().isPresent()
        ? Optional.of("has no experts, this run has")
        : Optional.empty();
  }

  /** The form of a model that it holds, with places for experts where it has them. */
  default PublishedModel fitted(PublishedModel model) {
    return model;
  }

  /**
   * Adds what is published, and a model of ours may do without.
   *
   * @param parameters of the model in float32, by name
   * @param model as it is published
   */
  default void complete(Map<String, INDArray> parameters, PublishedModel model) {}

  /**
   * The names of all weights.
   *
   * @param tensors names that are there, where these can have one prefix or another; empty for
   *     those that the family's library writes
   */
  WeightNames names(PublishedModel model, Set<String> tensors);

  /**
   * Name of a place for experts, as the family's library writes it.
   *
   * @param block counted from 0
   */
  String place(int block);
}
