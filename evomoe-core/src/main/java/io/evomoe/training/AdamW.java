package io.evomoe.training;

import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Workspaces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization",
 * algorithm 2).
 *
 * <p>As in PyTorch, a parameter that got no gradient in a step is updated with a zero gradient: its
 * moments decay, and it moves by what they still hold. Unlike there, each parameter counts its own
 * updates, so experts that are born in mid-run get the bias correction of their own age. Weight
 * decay acts on the parameters that say so; a frozen parameter is not moved by anything and loses
 * its moments.
 */
public final class AdamW {
  private static final String WORKSPACE = "EVOMOE_OPTIMIZER";

  private final Kernels kernels;
  private final AdamWConfig config;
  private final Map<Parameter, Moments> moments = new HashMap<>();

  /** An optimizer that has seen nothing yet. */
  public AdamW(Kernels kernels, AdamWConfig config) {
    this.kernels = kernels;
    this.config = config;
  }

  /** Euclidean norm of the gradients of all parameters taken together, before any scale. */
  public double gradientNorm(Collection<Parameter> parameters) {
    List<INDArray> gradients =
        parameters.stream()
            .filter(parameter -> parameter.hasGradient() && !parameter.frozen())
            .map(Parameter::gradient)
            .toList();
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return Math.sqrt(kernels.sumOfSquares(gradients));
    }
  }

  /**
   * Updates every parameter that is not frozen.
   *
   * @param learningRate of this update
   * @param gradientScale factor on all gradients (clipping, accumulation)
   */
  public void update(Collection<Parameter> parameters, double learningRate, double gradientScale) {
    List<AdamWUpdate> updates = new ArrayList<>();
    for (Parameter parameter : parameters) {
      if (parameter.frozen()) {
        moments.remove(parameter);
      } else {
        updates.add(next(parameter, learningRate, gradientScale));
      }
    }
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      kernels.adamW(updates);
    }
  }

  /**
   * Prepares for parameters that a spawn made.
   *
   * @param childToParent the parameter, of the same shape, that each new one comes from
   * @param copy whether a child takes over moments and update count of its parent; otherwise it
   *     starts from zero
   */
  public void inherit(Map<Parameter, Parameter> childToParent, boolean copy) {
    if (!copy) {
      moments.keySet().removeAll(childToParent.keySet());
      return;
    }
    Map<Parameter, Moments> inherited = new HashMap<>();
    childToParent.forEach(
        (child, parent) ->
            moments(parent).ifPresent(found -> inherited.put(child, checked(child, found).copy())));
    moments.putAll(inherited);
  }

  /** Drops the moments of all other parameters. */
  public void retain(Collection<Parameter> parameters) {
    moments.keySet().retainAll(new HashSet<>(parameters));
  }

  /** Moments of a parameter; empty before its first update. */
  public Optional<Moments> moments(Parameter parameter) {
    return Optional.ofNullable(moments.get(parameter));
  }

  /** Puts saved moments, of the parameter's shape and outside of any workspace, in place. */
  public void restore(Parameter parameter, Moments saved) {
    moments.put(parameter, checked(parameter, saved));
  }

  private AdamWUpdate next(Parameter parameter, double learningRate, double gradientScale) {
    Moments next = moments.computeIfAbsent(parameter, p -> Moments.zeros(p, 0)).updated();
    moments.put(parameter, next);
    AdamWStep step =
        new AdamWStep(
            learningRate,
            config.beta1(),
            config.beta2(),
            config.epsilon(),
            parameter.decays() ? config.weightDecay() : 0,
            gradientScale,
            next.updates());
    return new AdamWUpdate(
        parameter.value(), parameter.gradient(), next.first(), next.second(), step);
  }

  private static Moments checked(Parameter parameter, Moments found) {
    if (!found.first().equalShapes(parameter.value())
        || !found.second().equalShapes(parameter.value())) {
      throw new IllegalArgumentException(
          "moments of "
              + parameter
              + " must have its shape, were "
              + Arrays.toString(found.first().shape()));
    }
    return found;
  }
}
