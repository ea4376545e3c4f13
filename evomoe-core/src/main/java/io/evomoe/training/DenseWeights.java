package io.evomoe.training;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of a trained network without experts, as the start of another one. The new network
 * can be dense, spawn its experts from them (EvoMoE, arXiv 2112.14397), or start with equal experts
 * (sparse upcycling, Komatsuzaki et al., arXiv 2212.05055).
 */
public interface DenseWeights {

  /** Returns where the parameters come from, for messages. */
  String source();

  /** Returns the names of all parameters. */
  Set<String> names();

  /**
   * Returns the name here of the parameter that initialises the given one. Empty for parameters of
   * gates, which start anew. The net of an expert layer {@code blocks.1.feedForward} has its
   * parameters directly below that name, e.g. {@code blocks.1.feedForward.expand.weight}.
   */
  default Optional<String> nameFor(Place place) {
    return place.denseName();
  }

  /** Returns the shape of one parameter without reading it. */
  long[] shape(String name);

  /** Reads one parameter, outside any workspace. */
  INDArray read(String name);

  /**
   * Initialises a model with these parameters, and every expert with those of its layer. The
   * parameters of gates do not change.
   *
   * @throws IllegalArgumentException if a parameter is missing, left over or has another shape; the
   *     model is then unchanged
   */
  default void loadInto(Model<?> model) {
    Map<Parameter, String> wanted = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      nameFor(parameter.place()).ifPresent(name -> wanted.put(parameter, name));
    }
    Set<String> missing = new LinkedHashSet<>(wanted.values());
    missing.removeAll(names());
    Set<String> extra = new LinkedHashSet<>(names());
    extra.removeAll(wanted.values());
    if (!missing.isEmpty() || !extra.isEmpty()) {
      throw new IllegalArgumentException(
          "%s must have the parameters of the model's dense form, lacks %s and has %s besides"
              .formatted(source(), missing, extra));
    }
    wanted.forEach((parameter, name) -> requireFit(name, parameter));
    wanted.forEach((parameter, name) -> load(name, parameter));
  }

  private void requireFit(String name, Parameter parameter) {
    long[] wanted = parameter.value().shape();
    if (!Arrays.equals(shape(name), wanted)) {
      throw new IllegalArgumentException(
          "%s: %s must have the shape %s, has %s"
              .formatted(source(), name, Arrays.toString(wanted), Arrays.toString(shape(name))));
    }
  }

  /** Loads parameters one by one, so only the model and one array are in memory. */
  private void load(String name, Parameter parameter) {
    INDArray value = read(name);
    parameter.value().assign(value);
    if (value.closeable()) {
      value.close();
    }
  }
}
