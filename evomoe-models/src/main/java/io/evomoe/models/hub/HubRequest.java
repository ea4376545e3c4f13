package io.evomoe.models.hub;

import io.evomoe.step.StepContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be exported.
 *
 * @param gate name of its gate
 * @param ends tokens that begin and end its texts, where they are known
 * @param origin of a model that was imported
 * @param moment at which its gates route; null to publish no mixture in a family of mixtures
 * @param family that it must be published as; empty for the one that it was imported from, or the
 *     first that holds it
 */
public record HubRequest(
    String gate,
    Optional<TextEnds> ends,
    Optional<ImportOrigin> origin,
    @Nullable StepContext moment,
    Optional<String> family) {

  /** The same as another family. */
  public HubRequest as(String name) {
    return new HubRequest(gate, ends, origin, moment, Optional.of(name));
  }
}
