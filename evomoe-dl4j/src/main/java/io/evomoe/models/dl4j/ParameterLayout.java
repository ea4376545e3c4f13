package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Growth;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The positions of a layer's arrays in its part of DL4J's flat parameters. The arrays are the
 * experts, the gate, the gate's state and the iteration, so a saved network contains everything.
 *
 * @param slots in order, without gaps
 */
record ParameterLayout(List<Slot> slots) {
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
    if (settings.growth() == Growth.SPAWNED) {
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

  /** Returns the names of the arrays of the given kinds. */
  List<String> keys(Kind... kinds) {
    List<Kind> wanted = Arrays.asList(kinds);
    return slots.stream().filter(slot -> wanted.contains(slot.kind())).map(Slot::key).toList();
  }

  /** Returns whether the array is of that kind. */
  boolean is(Kind kind, String key) {
    return slots.stream().anyMatch(slot -> slot.key().equals(key) && slot.kind() == kind);
  }

  /**
   * Returns the arrays as views.
   *
   * @param flat array of {@link #length()} elements
   * @throws IllegalArgumentException if it has more or fewer elements
   */
  Map<String, INDArray> views(INDArray flat) {
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
