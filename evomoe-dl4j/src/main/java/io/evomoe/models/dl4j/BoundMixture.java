package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.random.CounterRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Experts and gate whose parameters are views of DL4J's flat array. DL4J's updater changes them and
 * its serializer saves them. The gate's state has its own types, so it is copied there after each
 * training pass and back before each pass.
 */
final class BoundMixture {
  private final Scope scope;
  private final ExpertPlan plan;
  private final Map<String, INDArray> views;

  /** Arrays by key that neither updater nor constraints may change. */
  private final Map<String, INDArray> kept = new HashMap<>();

  private Map<String, INDArray> gradients = Map.of();
  private EvolvingFeedForward place;

  /**
   * Takes the values of the views.
   *
   * @param views views by key, as in {@link ParameterLayout}
   */
  BoundMixture(NeuralNetConfiguration conf, Map<String, INDArray> views) {
    MixtureOfExpertsLayer layer = (MixtureOfExpertsLayer) conf.getLayer();
    this.scope = scope(conf, view(views, ParameterLayout.ITERATION).dataType());
    this.plan = layer.settings().plan(layer.width());
    this.views = views;
    this.place = new EvolvingFeedForward(scope, plan);
    bind();
    load();
  }

  /**
   * Fills the views with initial values. Experts use the layer's weight and bias initialisation.
   * The gate, and arrays that start at zero or one, use their own.
   */
  static void initialize(NeuralNetConfiguration conf, Map<String, INDArray> views) {
    MixtureOfExpertsLayer layer = (MixtureOfExpertsLayer) conf.getLayer();
    views.values().forEach(view -> view.assign(0));
    Scope scope = scope(conf, view(views, ParameterLayout.ITERATION).dataType());
    EvolvingFeedForward place =
        new EvolvingFeedForward(scope, layer.settings().plan(layer.width()));
    for (Parameter parameter : place.parameters()) {
      INDArray view = view(views, key(scope, parameter.name()));
      view.assign(parameter.value());
      if (!parameter.place().ofGate()) {
        initializeExpert(layer, parameter, view);
      }
    }
    for (GateState state : place.state()) {
      write(state.value(), view(views, key(scope, state.name())));
    }
  }

  /**
   * Initialises an expert. Matrices that start at zero (BASE layers) keep their zeros, gains their
   * ones.
   */
  private static void initializeExpert(
      MixtureOfExpertsLayer layer, Parameter parameter, INDArray view) {
    IWeightInit weights = layer.getWeightInitFn();
    boolean starts = parameter.value().amaxNumber().doubleValue() == 0;
    if (parameter.decays() && !starts && weights != null) {
      weights.init(
          (double) view.size(0),
          (double) view.size(1),
          view.shape(),
          'c',
          view.reshape(view.length()));
    } else if (parameter.role() == Parameter.Role.BIAS && Double.isFinite(layer.getBiasInit())) {
      view.assign(layer.getBiasInit());
    }
  }

  private static Scope scope(NeuralNetConfiguration conf, DataType type) {
    String name = conf.getLayer().getLayerName();
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          "data type of a network with layer %s must be FLOAT or DOUBLE, was %s"
              .formatted(name, type));
    }
    Scope root = Scope.root(conf.getSeed(), KernelSelection.forType(type));
    return root.child(name == null ? "mixture" : name);
  }

  /** Sets the arrays that receive gradients. Without a call, gradients are kept separately. */
  void gradientsIn(Map<String, INDArray> flat) {
    gradients = flat;
    bind();
  }

  /** Applies values that DL4J loaded, restored or copied into the flat parameters. */
  void load() {
    if (wasSpawned() != (place.isMixture() && views.containsKey(ParameterLayout.SPAWNED))) {
      place = new EvolvingFeedForward(scope, plan);
      if (wasSpawned()) {
        place.spawn(SpawnMethod.copy(), 0);
      }
      bind();
    }
    for (GateState state : place.state()) {
      write(view(views, key(scope, state.name())), state.value());
    }
  }

  /**
   * Saves everything that a training pass changed besides the gradients.
   *
   * @param iteration iteration of the training pass
   */
  void store(long iteration) {
    view(views, ParameterLayout.ITERATION).assign(iteration);
    keep(ParameterLayout.ITERATION);
    if (views.containsKey(ParameterLayout.SPAWNED)) {
      keep(ParameterLayout.SPAWNED);
    }
    for (GateState state : place.state()) {
      String key = key(scope, state.name());
      write(state.value(), view(views, key));
      keep(key);
    }
    for (Parameter parameter : place.parameters()) {
      if (parameter.frozen()) {
        keep(key(scope, parameter.name()));
      }
    }
  }

  private void keep(String key) {
    INDArray view = view(views, key);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      kept.computeIfAbsent(key, unused -> view.dup()).assign(view);
    }
  }

  /**
   * Undoes changes of an update to gate state (constraints of all parameters) and to frozen
   * parameters (momentum, weight decay).
   */
  void restoreKept() {
    kept.forEach((key, value) -> view(views, key).assign(value));
    kept.clear();
  }

  /** Returns the last training iteration. */
  long iteration() {
    return view(views, ParameterLayout.ITERATION).getLong(0);
  }

  /** Returns whether there is one expert and a spawn is still to come. */
  boolean awaitsSpawn() {
    return views.containsKey(ParameterLayout.SPAWNED) && !wasSpawned();
  }

  /** Spawns the experts into the views, which contained zeros. */
  void spawn(SpawnMethod method) {
    place.spawn(method, CounterRandom.fold(scope.seed(), scope.name() + ".spawn"));
    for (Parameter parameter : place.parameters()) {
      view(views, key(scope, parameter.name())).assign(parameter.value());
    }
    view(views, ParameterLayout.SPAWNED).assign(1);
    bind();
  }

  /** Runs gate and experts. Clear and complete the gradients of the pass afterwards. */
  Output forward(INDArray rows, Pass pass) {
    return place.forward(rows, pass);
  }

  /** Multiplies the gradients of the pass. */
  void scaleGradients(double factor) {
    for (Parameter parameter : place.parameters()) {
      if (factor != 1 && parameter.hasGradient()) {
        parameter.gradient().muli(factor);
      }
    }
  }

  /** Clears the gradients of the previous pass. */
  void clearGradients() {
    place.parameters().forEach(Parameter::clearGradient);
  }

  /**
   * Writes zeros for arrays without a gradient: experts without a token, frozen parameters, state.
   *
   * @return all gradients, by key
   */
  Map<String, INDArray> completeGradients() {
    Set<String> written =
        place.parameters().stream()
            .filter(parameter -> parameter.hasGradient() && !parameter.frozen())
            .map(parameter -> key(scope, parameter.name()))
            .collect(Collectors.toSet());
    gradients.forEach(
        (key, gradient) -> {
          if (!written.contains(key)) {
            gradient.assign(0);
          }
        });
    return gradients;
  }

  private boolean wasSpawned() {
    INDArray flag = views.get(ParameterLayout.SPAWNED);
    return flag != null && flag.getDouble(0) != 0;
  }

  private void bind() {
    for (Parameter parameter : place.parameters()) {
      String key = key(scope, parameter.name());
      parameter.valueIn(view(views, key));
      INDArray gradient = gradients.get(key);
      if (gradient != null) {
        parameter.gradientIn(gradient);
      }
    }
  }

  private static String key(Scope scope, String name) {
    return ParameterLayout.key(name.substring(scope.name().length() + 1));
  }

  private static INDArray view(Map<String, INDArray> views, String key) {
    return Objects.requireNonNull(
        views.get(key), () -> "the layer must have an array " + key + ", had none");
  }

  /** Writes an array. Counts and steps are integers below 2^24, so they are exact in every type. */
  private static void write(INDArray from, INDArray into) {
    into.assign(from.dataType() == into.dataType() ? from : from.castTo(into.dataType()));
  }
}
