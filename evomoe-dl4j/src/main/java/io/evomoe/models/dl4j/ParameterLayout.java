package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The positions of a layer's arrays in its part of DL4J's flat parameters. The arrays are the
 * experts, the gate, the gate's state and the iteration, so a saved network contains everything.
 * DL4J asks for them with the layer of this layout.
 *
 * @param slots in order, without gaps
 */
record ParameterLayout(List<Slot> slots) implements ParamInitializer {
  /** The last iteration that trained the layer. */
  static final String ITERATION = "iteration";

  /** 1 when the experts were spawned. */
  static final String SPAWNED = "spawned";

  /** The treatment of an array by DL4J. */
  enum Kind {
    /** A matrix: trained, with DL4J's weight regularisation. */
    WEIGHT,
    /** A bias, gain or shift: trained, with DL4J's bias updater and regularisation. */
    BIAS,
    /** A matrix that keeps its drawn values: restored after each update and not regularised. */
    FROZEN,
    /** Saved, but neither trained nor regularised. */
    STATE
  }

  /** One array, in C order. */
  record Slot(String key, Kind kind, List<Long> shape) {
    Slot(String key, Kind kind, long... shape) {
      this(key, kind, Arrays.stream(shape).boxed().toList());
    }

    long length() {
      return Shape.lengthOf(sizes());
    }

    long[] sizes() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /** Returns the layout of a layer. */
  static ParameterLayout of(MixtureSettings settings, int width) {
    Scope scope = Scope.root(0, KernelSelection.forType(DataType.FLOAT));
    EvolvingFeedForward place = new EvolvingFeedForward(scope, settings.plan(width));
    List<Slot> slots = new ArrayList<>();
    if (settings.growth() == ExpertLifecycle.SPAWNED) {
      place.spawn(SpawnMethod.copy(), 0);
      slots.add(new Slot(SPAWNED, Kind.STATE, 1));
    }
    slots.add(new Slot(ITERATION, Kind.STATE, 1));
    for (Parameter parameter : place.parameters()) {
      slots.add(new Slot(key(parameter.name()), kind(parameter), parameter.value().shape()));
    }
    for (GateState state : place.state()) {
      slots.add(new Slot(key(state.name()), Kind.STATE, state.value().shape()));
    }
    return new ParameterLayout(slots);
  }

  private static Kind kind(Parameter parameter) {
    if (parameter.frozen()) {
      return Kind.FROZEN;
    }
    return parameter.decays() ? Kind.WEIGHT : Kind.BIAS;
  }

  /**
   * Returns the key of a name. DL4J separates a layer's name from a parameter's by the last
   * underscore.
   */
  static String key(String name) {
    return name.replace('_', '-');
  }

  /** Returns the total number of elements. */
  long length() {
    return slots.stream().mapToLong(Slot::length).sum();
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return length();
  }

  @Override
  public long numParams(Layer layer) {
    return length();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return slots.stream().map(Slot::key).toList();
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(Kind.WEIGHT);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(Kind.BIAS);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return is(Kind.WEIGHT, key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return is(Kind.BIAS, key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray flat, boolean initializeParams) {
    Map<String, INDArray> views = views(flat);
    views.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      BoundMixture.initialize(conf, views);
    }
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray flat) {
    return views(flat);
  }

  /** Returns the names of the arrays of a kind. */
  List<String> keys(Kind kind) {
    return slots.stream().filter(slot -> slot.kind() == kind).map(Slot::key).toList();
  }

  /** Returns whether the array is of that kind. */
  boolean is(Kind kind, String key) {
    return keys(kind).contains(key);
  }

  /**
   * Returns the arrays as views.
   *
   * @param flat array of {@link #length()} elements
   * @throws IllegalArgumentException if it has more or fewer elements
   */
  private Map<String, INDArray> views(INDArray flat) {
    if (flat.length() != length()) {
      throw new IllegalArgumentException(
          "flat parameters must have %d elements, had %d".formatted(length(), flat.length()));
    }
    INDArray vector = flat.reshape(flat.length());
    Map<String, INDArray> views = new LinkedHashMap<>();
    long offset = 0;
    for (Slot slot : slots) {
      INDArray part = vector.get(NDArrayIndex.interval(offset, offset + slot.length()));
      views.put(slot.key(), part.reshape('c', slot.sizes()));
      offset += slot.length();
    }
    return views;
  }
}
