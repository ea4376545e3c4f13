package io.evomoe.training.optimizer;

import io.evomoe.nn.Parameter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Moments by parameter. */
final class MomentStore {
  private final Map<Parameter, Moments> moments = new HashMap<>();

  Optional<Moments> get(Parameter parameter) {
    return Optional.ofNullable(moments.get(parameter));
  }

  void put(Parameter parameter, Moments saved) {
    moments.put(parameter, checked(parameter, saved));
  }

  /**
   * Returns the moments of a parameter, or {@code zeros} if it has none, with their count increased
   * by one.
   */
  Moments next(Parameter parameter, Supplier<Moments> zeros) {
    Moments next = get(parameter).orElseGet(zeros).updated();
    moments.put(parameter, next);
    return next;
  }

  /** Frees the moments of a parameter. */
  void remove(Parameter parameter) {
    Moments own = moments.remove(parameter);
    if (own != null) {
      own.close();
    }
  }

  /** Frees the moments of all other parameters. */
  void retain(Collection<Parameter> parameters) {
    Set<Parameter> kept = new HashSet<>(parameters);
    moments.entrySet().stream()
        .filter(entry -> !kept.contains(entry.getKey()))
        .forEach(entry -> entry.getValue().close());
    moments.keySet().retainAll(kept);
  }

  void inherit(Map<Parameter, Parameter> childToParent, boolean copy) {
    if (!copy) {
      moments.keySet().removeAll(childToParent.keySet());
      return;
    }
    Map<Parameter, Moments> inherited = new HashMap<>();
    childToParent.forEach(
        (child, parent) ->
            get(parent).ifPresent(found -> inherited.put(child, checked(child, found).copy())));
    moments.putAll(inherited);
  }

  void close() {
    moments.values().forEach(Moments::close);
    moments.clear();
  }

  private static Moments checked(Parameter parameter, Moments found) {
    boolean fits =
        Stream.of(Optional.of(found.first()), found.secondMoment())
            .flatMap(Optional::stream)
            .allMatch(moment -> moment.equalShapes(parameter.value()));
    if (!fits) {
      throw new IllegalArgumentException(
          "moments of "
              + parameter
              + " must have its shape, were "
              + Arrays.toString(found.first().shape()));
    }
    return found;
  }
}
