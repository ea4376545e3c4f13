package io.evomoe.models.hub;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Parameter;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The tensors of a GPT or RoBERTa of ours, under the names that they are published with. */
final class LanguageModelTensors {
  private static final String PREFIX = "transformer.";

  private final PublishedModel described;
  private final PublishedModel published;
  private final Model<?> model;

  LanguageModelTensors(PublishedModel described, Model<?> model) {
    this.described = described;
    this.published = published(described);
    this.model = model;
  }

  /** RoBERTa's padding token has a position, and its tokens a type, also where ours have none. */
  private static PublishedModel published(PublishedModel model) {
    EmbeddingSize size = model.embedding();
    if (model.family() == HubFamily.GPT2) {
      return model;
    }
    int offset = size.positionOffset() == 0 ? 2 : size.positionOffset();
    int types = Math.max(1, size.tokenTypes());
    return new PublishedModel(
        model.family(),
        new EmbeddingSize(size.vocabulary(), size.positions(), offset, types),
        model.stack());
  }

  /** The architecture as it is published. */
  PublishedModel published() {
    return published;
  }

  /** Whether the family's own names are enough. */
  boolean isDense() {
    return described.stack().sharedExperts() == 0
        && model.evolving().places().stream().noneMatch(EvolvingFeedForward::isMixture);
  }

  /**
   * All tensors of a model without experts.
   *
   * @param origin whose names, order, repeated and unused tensors are kept
   */
  Map<String, INDArray> dense(Optional<Origin> origin) {
    boolean bare = origin.isPresent() && origin.get().types().containsKey("wte.weight");
    WeightNames names = names(bare ? "" : PREFIX);
    Map<String, INDArray> parameters = parameters();
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    names.rules().forEach(rule -> tensors.putAll(rule.split(value(parameters, rule.ours()))));
    return origin.map(before -> ordered(tensors, names.ties(), before)).orElse(tensors);
  }

  private static Map<String, INDArray> ordered(
      Map<String, INDArray> tensors, Map<String, String> ties, Origin origin) {
    Map<String, INDArray> ordered = new LinkedHashMap<>();
    for (String name : origin.types().keySet()) {
      INDArray unused = origin.unused().get(name);
      ordered.put(name, unused != null ? unused : value(tensors, ties.getOrDefault(name, name)));
    }
    return ordered;
  }

  /** All tensors of a mixture: those in places for experts by Switch Transformers' names. */
  Map<String, INDArray> mixture() {
    Map<String, INDArray> parameters = parameters();
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (WeightRule rule : names(PREFIX).rules()) {
      if (model.evolving().places().stream().noneMatch(place -> replaces(place, rule.ours()))) {
        tensors.putAll(rule.split(value(parameters, rule.ours())));
      }
    }
    Map<String, INDArray> arrays = arrays(model);
    for (EvolvingFeedForward place : model.evolving().places()) {
      arrays.forEach(
          (name, value) -> {
            if (isIn(place, name)) {
              tensors.putAll(SwitchNames.place(name, place, mlp(place)).split(value));
            }
          });
    }
    return tensors;
  }

  /** What of a mixture has no place in Switch Transformers. */
  List<String> unmapped(Collection<String> names, String gate) {
    List<String> prefixes = model.evolving().places().stream().map(p -> mlp(p) + ".").toList();
    List<String> inPlaces =
        names.stream().filter(name -> prefixes.stream().anyMatch(name::startsWith)).toList();
    List<String> unmapped = new ArrayList<>();
    unmapped.add("embeddings, attention and norms, which have the names of " + described.family());
    unmapped.addAll(SwitchNames.unmapped(inPlaces, gate, model));
    return unmapped;
  }

  /** Published name of a place for experts. */
  private String mlp(EvolvingFeedForward place) {
    String blocks = described.family() == HubFamily.GPT2 ? PREFIX + "h." : "roberta.encoder.layer.";
    return blocks + place.name().split("\\.", -1)[1] + ".mlp";
  }

  /** Whether a place has what this parameter of a dense model is, or does without it. */
  private static boolean replaces(EvolvingFeedForward place, String name) {
    boolean normed = place.placement() == Placement.BRANCH;
    return isIn(place, name) || (!normed && name.startsWith(place.name() + "Norm."));
  }

  private static boolean isIn(EvolvingFeedForward place, String name) {
    return name.startsWith(place.name() + ".");
  }

  private WeightNames names(String prefix) {
    return switch (published.family()) {
      case GPT2 -> WeightNames.gpt2(published, prefix);
      case ROBERTA -> WeightNames.roberta(published);
    };
  }

  /** Parameters by the names that they have in a dense model, with what RoBERTa has besides. */
  private Map<String, INDArray> parameters() {
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      DenseWeights.nameOf(parameter, model.evolving().places())
          .ifPresent(name -> parameters.put(name, floats(parameter.value())));
    }
    if (described.family() == HubFamily.ROBERTA) {
      if (described.embedding().positionOffset() == 0) {
        INDArray own = value(parameters, "positions.weight");
        parameters.put("positions.weight", Nd4j.concat(0, zeros(2), own));
      }
      parameters.putIfAbsent("tokenTypes.weight", zeros(1));
    }
    return parameters;
  }

  private INDArray zeros(int rows) {
    return Nd4j.zeros(DataType.FLOAT, rows, described.stack().width());
  }

  /** Parameters and gate state in float32. */
  static Map<String, INDArray> arrays(Model<?> model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(p -> arrays.put(p.name(), floats(p.value())));
    for (GateState state : model.state()) {
      arrays.put(state.name(), floats(state.value()));
    }
    return arrays;
  }

  private static INDArray floats(INDArray value) {
    return value.dataType() == DataType.FLOAT ? value : value.castTo(DataType.FLOAT);
  }

  private static INDArray value(Map<String, INDArray> arrays, String name) {
    INDArray value = arrays.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the model has no parameter " + name);
    }
    return value;
  }
}
