package io.evomoe.models.hub;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The tensors of our language models under their published names. */
record LanguageModelTensors(Model<?> model, ExportedModel exported) {

  /**
   * Returns all tensors in a family's form.
   *
   * @param published in the form of the family, which fits
   * @param origin whose names, order, repeated and unused tensors are kept
   */
  Map<String, INDArray> published(PublishedModel published, Optional<ImportOrigin> origin) {
    PublishedFamily family = published.family();
    Set<String> before = origin.map(kept -> kept.types().keySet()).orElse(Set.of());
    WeightNames names = family.names(published, before);
    Map<String, INDArray> parameters = parameters();
    family.complete(parameters, published);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    names
        .rules()
        .forEach(rule -> tensors.putAll(rule.split(value(parameters, rule.ours(), published))));
    return origin.map(kept -> ordered(tensors, names.ties(), kept)).orElse(tensors);
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
      StackConfig stack = published.stack();
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

  /** Returns all tensors of a mixture, with Switch Transformers' names in MoE blocks. */
  Map<String, INDArray> mixture() {
    PublishedModel published = exported.described();
    Map<String, INDArray> parameters = parameters();
    parameters.putAll(arrays(model));
    published.family().complete(parameters, published);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    mixtureRules(model).forEach(rule -> tensors.putAll(rule.split(value(parameters, rule.ours()))));
    return tensors;
  }

  /** Returns the names of these tensors, in order. */
  static List<WeightRule> mixtureRules(Model<?> model) {
    PublishedModel published = PublishedFamilies.describe(model);
    PublishedFamily family = published.family();
    Set<String> without = new HashSet<>();
    for (EvolvingFeedForward place : model.evolving().places()) {
      without.addAll(denseNames(place));
      if (place.placement() == Placement.STREAM) {
        without.addAll(List.of(place.name() + "Norm.gain", place.name() + "Norm.shift"));
      }
    }
    List<WeightRule> rules = new ArrayList<>();
    for (WeightRule rule : family.names(published, Set.of()).rules()) {
      if (!without.contains(rule.ours())) {
        rules.add(rule);
      }
    }
    Set<String> arrays = arrays(model).keySet();
    for (EvolvingFeedForward place : model.evolving().places()) {
      Map<String, WeightRule> ofPlace =
          SwitchNames.place(place, family.place(place.block().orElseThrow()));
      arrays.stream().map(ofPlace::get).filter(Objects::nonNull).forEach(rules::add);
    }
    return rules;
  }

  /** Returns the names in an MoE block that a family without experts uses. */
  private static Set<String> denseNames(EvolvingFeedForward place) {
    Set<String> names = new HashSet<>();
    place.parameters().forEach(p -> p.place().denseName().ifPresent(names::add));
    return names;
  }

  /** Returns the tensors of a mixture that Switch Transformers does not have. */
  List<String> unmapped(Collection<String> names, String gate) {
    List<String> prefixes = model.evolving().places().stream().map(p -> mlp(p) + ".").toList();
    List<String> inPlaces =
        names.stream().filter(name -> prefixes.stream().anyMatch(name::startsWith)).toList();
    List<String> unmapped = new ArrayList<>();
    String name = exported.described().modelType().toUpperCase(Locale.ROOT);
    unmapped.add("embeddings, attention and norms, which have the names of " + name);
    unmapped.addAll(SwitchNames.unmapped(inPlaces, gate, model));
    return unmapped;
  }

  /** Returns the published name of an MoE block's feed-forward part. */
  private String mlp(EvolvingFeedForward place) {
    return exported.described().family().place(place.block().orElseThrow());
  }

  /** Returns the parameters by their own names and by their names in a dense model. */
  private Map<String, INDArray> parameters() {
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      INDArray value = floats(parameter.value());
      parameters.put(parameter.name(), value);
      parameter.place().denseName().ifPresent(name -> parameters.putIfAbsent(name, value));
    }
    return parameters;
  }

  /** Returns parameters and gate state in float32. */
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

  static INDArray value(Map<String, INDArray> arrays, String name) {
    INDArray value = arrays.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the model has no parameter " + name);
    }
    return value;
  }
}
