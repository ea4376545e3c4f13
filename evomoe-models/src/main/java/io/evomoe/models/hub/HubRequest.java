package io.evomoe.models.hub;

import io.evomoe.step.StepContext;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request to export a model.
 *
 * @param gate name of its gate
 * @param ends tokens that begin and end its texts, if they are known
 * @param origin folder of {@link HubFolder#saveOrigin}, of a model that was imported
 * @param moment at which its gates route; null to not export mixtures in a family of mixtures
 * @param family required family; empty for the one that it was imported from, or the first that
 *     fits
 */
@RecordBuilder
public record HubRequest(
    String gate,
    Optional<TextEnds> ends,
    Optional<Path> origin,
    @Nullable StepContext moment,
    Optional<String> family)
    implements HubRequestBuilder.With {
  /**
   * The tokens that begin and end a text, as a configuration names them.
   *
   * @param begin id of the token that begins a text; empty for none
   * @param end id of the token that ends it
   */
  public record TextEnds(OptionalInt begin, int end) {

    /** Returns the token that begins a text, or the end token if there is none, as in GPT-2. */
    public int beginOrEnd() {
      return begin.orElse(end);
    }
  }

  /** Returns a request in our own form for mixtures, without the ends of texts. */
  public static HubRequest of(String gate) {
    return new HubRequest(gate, Optional.empty(), Optional.empty(), null, Optional.empty());
  }
}
