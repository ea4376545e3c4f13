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
 * The parameters of a trained network without experts, to start another one with: a dense one
 * again, one that will spawn its experts from them (EvoMoE, arXiv 2112.14397), or one whose experts
 * all start as the same net (sparse upcycling, Komatsuzaki et al., arXiv 2212.05055).
 */
public interface DenseWeights {

  /** Where they come from, for messages. */
  String source();

  /** Names of all parameters. */
  Set<String> names();

  /**
   * The name here of what a parameter starts with; empty for a gate's, which starts anew. The net
   * of a place for experts, {@code blocks.1.feedForward}, has its parameters right below the
   * place's name: {@code blocks.1.feedForward.expand.weight}.
   */
  default Optional<String> nameFor(Place place) {
    return place.denseName();
  }

  /** The shape of one parameter, which is not read for it. */
  long[] shape(String name);

  /** One parameter, outside of any workspace. */
  INDArray read(String name);

  /**
   * Starts a model with these parameters; every expert with those of its place. The parameters of
   * gates stay what they are.
   *
   * @throws IllegalArgumentException if a parameter is missing, left over or of another shape; then
   *     the model is as before
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

  /** One by one, so that no more than the model and one array are in memory. */
  private void load(String name, Parameter parameter) {
    INDArray value = read(name);
    parameter.value().assign(value);
    if (value.closeable()) {
      value.close();
    }
  }
}
