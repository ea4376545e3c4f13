package io.evomoe.models.internal.hub;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.nn.LoraConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model to export, and the published families that represent it exactly: with the same outputs in
 * evaluation mode at a given moment.
 */
public final class ExportedModel {
  private static final String SEVERAL = "is not the same router in all layers";
  private static final String UNKNOWN = "routes as its phase says, which is not known";

  private final Model<?> model;
  private final List<EvolvingFeedForward> mixtures;
  private final Optional<PublishedModel.Router> router;
  private final @Nullable String otherwise;

  /**
   * Examines a model.
   *
   * @param gate name of its gates
   * @param moment at which they route; null for any moment
   */
  public ExportedModel(Model<?> model, String gate, @Nullable StepContext moment) {
    this.model = model;
    this.mixtures =
        model.evolving().places().stream().filter(EvolvingFeedForward::isMixture).toList();
    Set<PublishedModel.Router> routers = new HashSet<>();
    String reason = null;
    for (EvolvingFeedForward place : mixtures) {
      TopKRouting routing =
          moment == null ? new TopKRouting.Other(UNKNOWN) : place.topKRouting(moment.evaluating());
      if (routing instanceof TopKRouting.Fixed fixed) {
        routers.add(new PublishedModel.Router(fixed.experts(), fixed.renormalized()));
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

  /** Returns the form of a family that fits. */
  public PublishedModel as(PublishedFamily family) {
    return family.fitted(family.describe(model).withRouter(router));
  }

  /**
   * Returns the reason why a family does not fit, to follow the family's name; empty if it fits.
   */
  Optional<String> refusal(PublishedFamily family) {
    if (!family.modelClass().isInstance(model)) {
      return Optional.of(
          "is read as a %s, this is a %s"
              .formatted(family.modelClass().getSimpleName(), model.getClass().getSimpleName()));
    }
    if (otherwise != null) {
      return Optional.of(
          family.hasExperts()
              ? "has a softmax router of a fixed k, but " + otherwise
              : "has no experts, this run has");
    }
    PublishedModel form = family.describe(model).withRouter(router);
    BlockConfig block = form.config().stack().block();
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
    return PublishedFamily.all().stream()
        .filter(family -> refusal(family).isEmpty())
        .map(PublishedFamily::modelType)
        .toList();
  }

  /**
   * Selects the family to publish as; empty if none fits.
   *
   * @param wanted name of the required family
   * @param origin name of the family that the model was imported from, which is preferred
   * @throws IllegalArgumentException with the reason if the required family does not fit
   */
  public Optional<PublishedFamily> family(Optional<String> wanted, Optional<String> origin) {
    if (wanted.isPresent()) {
      PublishedFamily family = PublishedFamily.named(wanted.get());
      refusal(family).ifPresent(reason -> refuse(family, reason));
      return Optional.of(family);
    }
    List<String> held = families();
    return origin
        .filter(held::contains)
        .or(() -> held.stream().findFirst())
        .map(PublishedFamily::named);
  }

  private void refuse(PublishedFamily family, String reason) {
    List<String> held = families();
    throw new IllegalArgumentException(
        "%s %s; %s"
            .formatted(
                family.modelType(),
                reason,
                held.isEmpty()
                    ? "no family holds this run: train with --for hf, or use convert --merge all"
                    : "this run is held by " + held));
  }

  /**
   * Returns all tensors in a family's form.
   *
   * @param published in the form of the family, which fits
   * @param origin whose names, order, repeated and unused tensors are kept
   */
  public Map<String, INDArray> tensors(PublishedModel published, Optional<ImportOrigin> origin) {
    PublishedFamily family = PublishedFamily.named(published.modelType());
    Set<String> before = origin.map(kept -> kept.types().keySet()).orElse(Set.of());
    PublishedFamily.WeightNames names = family.names(published, before);
    Map<String, INDArray> parameters = parameters();
    family.complete(parameters, published);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    names
        .rules()
        .forEach(rule -> tensors.putAll(rule.split(value(parameters, rule.ours(), published))));
    return origin.map(kept -> ordered(tensors, names.ties(), kept)).orElse(tensors);
  }

  /**
   * Writes the adapters of the model in the files of the library peft.
   *
   * @param published in the form of the family of the model without them, which fits
   * @return number of tensors
   */
  public int writeAdapters(PublishedModel published, LoraConfig lora, Path folder) {
    PublishedFamily family = PublishedFamily.named(published.modelType());
    return PeftFolder.write(folder, lora, family.names(published, Set.of()).rules(), parameters());
  }

  /**
   * A value for equal experts of a block without experts: each is the block's network, the router
   * is zero.
   */
  private static INDArray value(
      Map<String, INDArray> parameters, String name, PublishedModel published) {
    INDArray own = parameters.get(name);
    if (own != null) {
      return own;
    }
    if (name.endsWith(".gate.weight")) {
      StackConfig stack = published.config().stack();
      return Nd4j.zeros(
          DataType.FLOAT,
          stack.hiddenSize(),
          Objects.requireNonNull(stack.block().moe()).experts());
    }
    return value(parameters, name.replaceFirst("\\.experts\\.\\d+\\.", "."));
  }

  private static Map<String, INDArray> ordered(
      Map<String, INDArray> tensors, Map<String, String> ties, ImportOrigin origin) {
    Map<String, INDArray> ordered = new LinkedHashMap<>();
    for (String name : origin.types().keySet()) {
      INDArray unused = origin.unused().get(name);
      ordered.put(name, unused != null ? unused : value(tensors, ties.getOrDefault(name, name)));
    }
    return ordered;
  }

  /** Returns the parameters by their own names and by their names in a dense model. */
  private Map<String, INDArray> parameters() {
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      INDArray value = OwnExport.floats(parameter.value());
      parameters.put(parameter.name(), value);
      parameter.place().denseName().ifPresent(name -> parameters.putIfAbsent(name, value));
    }
    return parameters;
  }

  static INDArray value(Map<String, INDArray> arrays, String name) {
    INDArray value = arrays.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the model has no parameter " + name);
    }
    return value;
  }
}
