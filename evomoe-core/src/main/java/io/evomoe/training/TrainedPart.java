package io.evomoe.training;

import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Freezes the parameters that a training leaves as they are. Adapters are always trained, and
 * without {@link TrainingConfig#trainOnly} nothing else beside them.
 *
 * <p>{@link TrainingConfig#trainExperts} is expert-specialised fine-tuning (Wang et al. 2024, arXiv
 * 2407.01906, section 3.3, "token selection ratio"): a layer's experts are trained from the most
 * used one on, until their share of the assignments of some training batches reaches the field.
 */
final class TrainedPart {
  private static final String WORKSPACE = "EVOMOE_EXPERT_SHARES";

  /** Batches that experts are chosen on; the paper takes 32 texts of 4,096 tokens. */
  private static final int BATCHES = 32;

  private final TrainingConfig config;
  private final List<Parameter> parameters;

  private TrainedPart(TrainingConfig config, List<Parameter> parameters) {
    this.config = config;
    this.parameters = parameters;
  }

  /**
   * Freezes parameters before the first step, and again when the training is resumed.
   *
   * @param batches training batches by index
   * @param context phase and temperature of the next step
   * @param made names of the gate's parameters that are new, not those of a trained model
   * @throws IllegalArgumentException if the model's experts are spawned later, a glob matches
   *     nothing, no parameter is left to train, or a new one is left out
   */
  static <B> void freeze(
      Model<B> model,
      TrainingConfig config,
      LongFunction<B> batches,
      StepContext context,
      Set<String> made) {
    TrainedPart part = new TrainedPart(config, model.parameters());
    if (!config.trainsPart() && !part.isAdapted()) {
      return;
    }
    if (model.growth() == ExpertLifecycle.SPAWNED
        && model.evolving().places().stream().anyMatch(place -> !place.isMixture())) {
      throw new IllegalArgumentException(
          "a part of a model can be trained once it has its experts, which are still to be spawned: train it first, then start from that run");
    }
    part.requireMatches("trainOnly", config.trainOnly());
    part.requireMatches("freeze", config.freeze());
    Set<String> experts =
        config.trainExperts() > 0 ? part.experts(model, batches, context) : Set.of();
    part.parameters.stream()
        .filter(parameter -> !part.trains(parameter, experts))
        .forEach(Parameter::freeze);
    if (part.parameters.stream().allMatch(Parameter::frozen)) {
      throw new IllegalArgumentException(
          "training.trainOnly and training.freeze must leave a parameter to train, left none");
    }
    part.requireTrained(made);
  }

  private void requireTrained(Set<String> made) {
    for (Parameter parameter : parameters) {
      if (parameter.frozen() && made.contains(parameter.name())) {
        throw new IllegalArgumentException(
            "training.trainOnly must include %s, which the gate of the earlier run does not have, was %s"
                .formatted(parameter.name(), config.trainOnly()));
      }
    }
  }

  private boolean isAdapted() {
    return parameters.stream().anyMatch(parameter -> parameter.role() == Role.ADAPTER);
  }

  private void requireMatches(String field, List<String> globs) {
    for (String glob : globs) {
      if (parameters.stream().noneMatch(one -> one.place().matches(List.of(glob)))) {
        throw new IllegalArgumentException(
            "training.%s must match a parameter or a module, such as %s, was %s"
                .formatted(field, parameters.get(parameters.size() / 2).name(), glob));
      }
    }
  }

  private boolean trains(Parameter parameter, Set<String> experts) {
    return config.mayTrain(parameter, isAdapted())
        && (config.trainExperts() == 0
            || parameter.role() == Role.ADAPTER
            || parameter.place().matches(config.trainOnly())
            || parameter.place().expert().stream().anyMatch(e -> experts.contains(name(e))));
  }

  private static String name(ExpertPlace expert) {
    return expert.layer() + "#" + expert.number();
  }

  /**
   * Returns the experts to train: those that the data uses, or in a resumed training those that are
   * not frozen.
   */
  private <B> Set<String> experts(Model<B> model, LongFunction<B> batches, StepContext context) {
    Set<String> experts = new HashSet<>();
    if (parameters.stream().anyMatch(p -> p.frozen() && !p.place().ofGate())) {
      parameters.stream()
          .filter(parameter -> !parameter.frozen())
          .forEach(parameter -> parameter.place().expert().ifPresent(e -> experts.add(name(e))));
      return experts;
    }
    Map<String, RoutingReport> layers = new LinkedHashMap<>();
    for (int i = 0; i < BATCHES; i++) {
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        model
            .loss(batches.apply(i), context.evaluating())
            .reports()
            .forEach(report -> layers.merge(report.layer(), report, RoutingReport::plus));
      }
    }
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "training.trainExperts must be 0 for a model without experts, was "
              + config.trainExperts());
    }
    layers.values().forEach(layer -> experts.addAll(mostUsed(layer)));
    return experts;
  }

  private Set<String> mostUsed(RoutingReport layer) {
    List<Integer> byUse =
        IntStream.range(0, layer.load().size())
            .boxed()
            .sorted(Comparator.comparing((Integer expert) -> -layer.load().get(expert)))
            .toList();
    Set<String> names = new HashSet<>();
    int taken = 0;
    for (int expert : byUse) {
      if (taken < config.trainExperts() * layer.assignments()) {
        names.add(layer.layer() + "#" + expert);
        taken += layer.load().get(expert);
      }
    }
    return names;
  }
}
