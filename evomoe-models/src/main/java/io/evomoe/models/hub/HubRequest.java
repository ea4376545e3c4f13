package io.evomoe.models.hub;

import io.evomoe.step.StepContext;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to export a model.
 *
 * @param gate name of its gate
 * @param ends tokens that begin and end its texts, if they are known
 * @param origin of a model that was imported
 * @param moment at which its gates route; null to not export mixtures in a family of mixtures
 * @param family required family; empty for the one that it was imported from, or the first that
 *     fits
 */
@RecordBuilder
public record HubRequest(
    String gate,
    Optional<TextEnds> ends,
    Optional<ImportOrigin> origin,
    @Nullable StepContext moment,
    Optional<String> family)
    implements HubRequestBuilder.With {}
