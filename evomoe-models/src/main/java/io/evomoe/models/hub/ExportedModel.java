package io.evomoe.models.hub;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.moe.TopKRouting;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model to export, and the published families that represent it exactly: with the same outputs in
 * evaluation mode at a given moment.
 */
final class ExportedModel {
  private static final String SEVERAL = "is not the same router in all layers";
  private static final String UNKNOWN = "routes as its phase says, which is not known";

  private final Model<?> model;
  private final List<EvolvingFeedForward> mixtures;
  private final Optional<PublishedRouter> router;
  private final @Nullable String otherwise;

  /**
   * Examines a model.
   *
   * @param gate name of its gates
   * @param moment at which they route; null for any moment
   */
  ExportedModel(Model<?> model, String gate, @Nullable StepContext moment) {
    this.model = model;
    this.mixtures =
        model.evolving().places().stream().filter(EvolvingFeedForward::isMixture).toList();
    Set<PublishedRouter> routers = new HashSet<>();
    String reason = null;
    for (EvolvingFeedForward place : mixtures) {
      TopKRouting routing =
          moment == null ? new TopKRouting.Other(UNKNOWN) : place.topKRouting(moment.evaluating());
      if (routing instanceof TopKRouting.Fixed fixed) {
        routers.add(new PublishedRouter(fixed.experts(), fixed.renormalized()));
      } else if (routing instanceof TopKRouting.Other other) {
        reason = other.reason();
      }
    }
    if (reason == null && routers.size() > 1) {
      reason = SEVERAL;
    }
    this.otherwise = reason == null ? null : "gate %s %s".formatted(gate, reason);
    this.router = otherwise == null ? routers.stream().findFirst() : Optional.empty();
  }

  /** Returns the form of the first family that publishes such models, without experts. */
  PublishedModel described() {
    return PublishedFamilies.describe(model);
  }

  /** Returns the form of a family that fits. */
  PublishedModel as(PublishedFamily family) {
    return family.fitted(family.describe(model).orElseThrow().withRouter(router));
  }

  /**
   * Returns the reason why a family does not fit, to follow the family's name; empty if it fits.
   */
  Optional<String> refusal(PublishedFamily family) {
    Optional<PublishedModel> own = family.describe(model);
    if (own.isEmpty()) {
      return Optional.of(
          "is read as a %s, this is a %s"
              .formatted(family.modelClass().getSimpleName(), model.getClass().getSimpleName()));
    }
    if (otherwise != null) {
      return Optional.of("has a softmax router of a fixed k, but " + otherwise);
    }
    PublishedModel form = own.get().withRouter(router);
    BlockConfig block = form.stack().block();
    MoeConfig moe = block.moe();
    if (mixtures.isEmpty() && moe != null && moe.shared().count() > 0) {
      return Optional.of("has no shared experts without others, this run has");
    }
    if (mixtures.isEmpty() && moe != null && moe.intermediateSize() != block.intermediateSize()) {
      return Optional.of(
          "has nets of one width, this run has nets of %d and of %d"
              .formatted(block.intermediateSize(), moe.intermediateSize()));
    }
    return family.refusal(form);
  }

  /** Returns the names of the families that fit. */
  List<String> families() {
    List<String> names = new ArrayList<>();
    for (PublishedFamily family : PublishedFamilies.all()) {
      if (refusal(family).isEmpty()) {
        names.add(family.modelType());
      }
    }
    return names;
  }

  /**
   * Selects the family to publish as; empty if none fits.
   *
   * @param wanted name of the required family
   * @param origin name of the family that the model was imported from, which is preferred
   * @throws IllegalArgumentException with the reason if the required family does not fit
   */
  Optional<PublishedFamily> family(Optional<String> wanted, Optional<String> origin) {
    if (wanted.isPresent()) {
      PublishedFamily family = PublishedFamilies.named(wanted.get());
      refusal(family).ifPresent(reason -> refuse(family, reason));
      return Optional.of(family);
    }
    List<String> held = families();
    return origin
        .filter(held::contains)
        .or(() -> held.stream().findFirst())
        .map(PublishedFamilies::named);
  }

  private void refuse(PublishedFamily family, String reason) {
    List<String> held = families();
    throw new IllegalArgumentException(
        "%s %s; %s"
            .formatted(
                family.modelType(),
                reason,
                held.isEmpty() ? "no family holds this run" : "this run is held by " + held));
  }
}
