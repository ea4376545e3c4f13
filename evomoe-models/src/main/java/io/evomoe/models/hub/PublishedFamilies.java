package io.evomoe.models.hub;

import io.evomoe.training.Model;
import java.util.List;
import java.util.Optional;

/** The families that are read and written. */
final class PublishedFamilies {
  private static final List<PublishedFamily> ALL = List.of(new Gpt2Family(), new RobertaFamily());

  private PublishedFamilies() {}

  /** By its {@code model_type}. */
  static PublishedFamily named(String modelType) {
    return ALL.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model_type must be one of %s, was %s".formatted(modelTypes(), modelType)));
  }

  /** All model types. */
  static List<String> modelTypes() {
    return ALL.stream().map(PublishedFamily::modelType).toList();
  }

  /** A model of ours in the form of the first family that publishes such. */
  static PublishedModel describe(Model<?> model) {
    return ALL.stream()
        .map(family -> family.describe(model))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model must be one that is published as %s, was a %s"
                        .formatted(modelTypes(), model.getClass().getSimpleName())));
  }
}
