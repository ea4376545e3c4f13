package io.evomoe.training.optimizer;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.internal.Workspaces;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * The base of an optimizer that keeps {@link Moments} for each parameter. It spawns, saves, resumes
 * and frees them. A subclass updates one parameter at a time and says which moments it needs.
 */
public abstract class MomentOptimizer implements Optimizer {
  private static final String WORKSPACE = "EVOMOE_OPTIMIZER";

  private final String name;
  private final ParameterGroups groups;
  private final Map<Parameter, Moments> moments = new HashMap<>();

  /**
   * Creates an optimizer without moments.
   *
   * @param name its name in checkpoints
   * @param groups rate and weight decay of each parameter
   */
  protected MomentOptimizer(String name, ParameterGroups groups) {
    this.name = name;
    this.groups = groups;
  }

  /**
   * The numbers of one update of one parameter.
   *
   * @param learningRate learning rate of the step, times that of the parameter's group
   * @param weightDecay decoupled weight decay of the parameter's group: the value is multiplied by
   *     {@code 1 - learningRate * weightDecay}
   * @param gradientScale factor on the gradient (clipping, accumulation)
   */
  public record Update(double learningRate, double weightDecay, double gradientScale) {}

  /**
   * Updates a parameter in place. It is called inside a workspace, which frees the arrays that the
   * method creates. Use {@link #next} for moments.
   */
  protected abstract void update(Parameter parameter, Update update);

  /**
   * Updates all parameters that are not frozen, in their order. By default each in a workspace of
   * its own.
   */
  protected void updateAll(Map<Parameter, Update> updates) {
    updates.forEach(
        (parameter, update) -> {
          try (MemoryWorkspace ignored = workspace()) {
            update(parameter, update);
          }
        });
  }

  /** Enters the workspace of an update. */
  static MemoryWorkspace workspace() {
    return Workspaces.open(WORKSPACE);
  }

  /**
   * Returns the moments of a parameter with their count increased by one. They are zero in its
   * first update. Change their arrays in place.
   */
  protected final Moments next(Parameter parameter) {
    Moments next = moments(parameter).orElseGet(() -> zeros(parameter, 0)).updated();
    moments.put(parameter, next);
    return next;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final void update(
      Collection<Parameter> parameters, double learningRate, double gradientScale) {
    Map<Parameter, Update> updates = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      if (parameter.frozen()) {
        remove(parameter);
      } else {
        ParameterGroups.Group group = groups.of(parameter);
        double rate = learningRate * group.rateScale();
        updates.put(parameter, new Update(rate, group.weightDecay(), gradientScale));
      }
    }
    updateAll(updates);
  }

  private void remove(Parameter parameter) {
    Moments own = moments.remove(parameter);
    if (own != null) {
      own.close();
    }
  }

  @Override
  public final void inherit(Map<Parameter, Parameter> childToParent, boolean copy) {
    if (!copy) {
      moments.keySet().removeAll(childToParent.keySet());
      return;
    }
    Map<Parameter, Moments> inherited = new HashMap<>();
    childToParent.forEach(
        (child, parent) ->
            moments(parent)
                .ifPresent(found -> inherited.put(child, found.requireShapeOf(child).copy())));
    moments.putAll(inherited);
  }

  @Override
  public final void retain(Collection<Parameter> parameters) {
    Set<Parameter> kept = new HashSet<>(parameters);
    moments.entrySet().stream()
        .filter(entry -> !kept.contains(entry.getKey()))
        .forEach(entry -> entry.getValue().close());
    moments.keySet().retainAll(kept);
  }

  @Override
  public final Optional<Moments> moments(Parameter parameter) {
    return Optional.ofNullable(moments.get(parameter));
  }

  @Override
  public final void restore(Parameter parameter, Moments saved) {
    moments.put(parameter, saved.requireShapeOf(parameter));
  }

  @Override
  public final void close() {
    moments.values().forEach(Moments::close);
    moments.clear();
  }
}
