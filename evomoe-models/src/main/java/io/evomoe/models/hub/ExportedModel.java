package io.evomoe.models.hub;

import io.evomoe.evolution.EvolvingFeedForward;
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
 * A model of ours that is to be published, and which families hold it: exactly, in what it computes
 * when it is evaluated at a moment.
 */
final class ExportedModel {
  private static final String SEVERAL = "is not the same router in all layers";
  private static final String UNKNOWN = "routes as its phase says, which is not known";

  private final Model<?> model;
  private final List<EvolvingFeedForward> mixtures;
  private final Optional<PublishedRouter> router;
  private final @Nullable String otherwise;

  /**
   * Looks at a model.
   *
   * @param gate name of its gates
   * @param moment at which they route; null for no matter when
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

  /** In the form of the first family that publishes such models, experts left out of account. */
  PublishedModel described() {
    return PublishedFamilies.describe(model);
  }

  /** In the form of a family that holds it. */
  PublishedModel as(PublishedFamily family) {
    return family.fitted(family.describe(model).orElseThrow().withRouter(router));
  }

  /** Why a family cannot hold it, to follow the family's name; empty where it can. */
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
    boolean sharedAlone = mixtures.isEmpty() && form.stack().moe().shared().count() > 0;
    if (sharedAlone) {
      return Optional.of("has no shared experts without others, this run has");
    }
    boolean otherWidth =
        mixtures.isEmpty()
            && form.stack().moeLayers() > 0
            && form.stack().moe().hidden() != form.stack().hidden();
    if (otherWidth) {
      return Optional.of(
          "has nets of one width, this run has nets of %d and of %d"
              .formatted(form.stack().hidden(), form.stack().moe().hidden()));
    }
    return family.refusal(form);
  }

  /** Names of the families that hold it. */
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
   * The family to publish it as; empty where none holds it.
   *
   * @param wanted name of the one that it must be
   * @param origin name of the one that it was imported from, which comes before others
   * @throws IllegalArgumentException if the wanted one cannot hold it; the message says why
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
