package io.evomoe.models.hub;

import io.evomoe.step.StepContext;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be exported.
 *
 * @param gate name of its gate
 * @param endOfText id of the token between documents, where it is known
 * @param origin of a model that was imported
 * @param moment at which its gates route; null to publish no mixture in a family of mixtures
 * @param family that it must be published as; empty for the one that it was imported from, or the
 *     first that holds it
 */
public record HubRequest(
    String gate,
    OptionalInt endOfText,
    Optional<ImportOrigin> origin,
    @Nullable StepContext moment,
    Optional<String> family) {

  /** The same as another family. */
  public HubRequest as(String name) {
    return new HubRequest(gate, endOfText, origin, moment, Optional.of(name));
  }
}
