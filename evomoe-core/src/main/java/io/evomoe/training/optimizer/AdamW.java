package io.evomoe.training.optimizer;

import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Workspaces;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularisation",
 * algorithm 2).
 *
 * <p>As in PyTorch, a parameter without a gradient in a step is updated with a zero gradient: its
 * moments decay and it moves by them. Unlike in PyTorch, each parameter counts its own updates, so
 * spawned experts get the bias correction of their own age. Weight decay acts only on parameters
 * with {@link Parameter#decays()}. A frozen parameter does not change and loses its moments.
 */
public final class AdamW implements Optimizer {
  private static final String WORKSPACE = "EVOMOE_OPTIMIZER";

  private final Kernels kernels;
  private final AdamWConfig config;
  private final MomentStore moments = new MomentStore();

  /** Creates an optimizer without moments. */
  public AdamW(Kernels kernels, AdamWConfig config) {
    this.kernels = kernels;
    this.config = config;
  }

  @Override
  public String name() {
    return "AdamW";
  }

  @Override
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

  @Override
  public void inherit(Map<Parameter, Parameter> childToParent, boolean copy) {
    moments.inherit(childToParent, copy);
  }

  @Override
  public void retain(Collection<Parameter> parameters) {
    moments.retain(parameters);
  }

  @Override
  public Optional<Moments> moments(Parameter parameter) {
    return moments.get(parameter);
  }

  /** Returns both moments. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.zeros(parameter, updates);
  }

  @Override
  public void close() {
    moments.close();
  }

  @Override
  public void restore(Parameter parameter, Moments saved) {
    moments.put(parameter, saved);
  }

  private AdamWUpdate next(Parameter parameter, double learningRate, double gradientScale) {
    Moments next = moments.next(parameter, () -> zeros(parameter, 0));
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
        parameter.value(),
        parameter.gradient(),
        next.first(),
        next.secondMoment().orElseThrow(),
        step);
  }
}
