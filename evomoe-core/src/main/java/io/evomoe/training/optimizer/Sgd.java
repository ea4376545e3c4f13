package io.evomoe.training.optimizer;

import io.evomoe.kernel.ArrayKernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Workspaces;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stochastic gradient descent with Nesterov momentum: {@code v = m v + g}, then {@code p = p - r (g
 * + m v)}. It has the form of Sutskever et al. 2013 that PyTorch's {@code SGD(nesterov=True)} uses.
 * Without momentum it is plain gradient descent without state. There is no weight decay.
 */
public final class Sgd implements Optimizer {
  private static final String WORKSPACE = "EVOMOE_SGD";

  private final ArrayKernels kernels;
  private final double momentum;
  private final MomentStore velocities = new MomentStore();

  /**
   * Creates an optimizer without moments.
   *
   * @param kernels kernels to compute with
   * @param momentum m, in [0, 1)
   */
  public Sgd(ArrayKernels kernels, double momentum) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum must be in [0, 1), was " + momentum);
    }
    this.kernels = kernels;
    this.momentum = momentum;
  }

  @Override
  public String name() {
    return "SGD";
  }

  @Override
  public void update(Collection<Parameter> parameters, double learningRate, double gradientScale) {
    for (Parameter parameter : parameters) {
      if (parameter.frozen()) {
        velocities.remove(parameter);
        continue;
      }
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        INDArray step = kernels.copy(parameter.gradient());
        kernels.scale(step, gradientScale);
        if (momentum > 0) {
          INDArray velocity = velocities.next(parameter, () -> zeros(parameter, 0)).first();
          kernels.scale(velocity, momentum);
          kernels.addInto(velocity, step);
          INDArray ahead = kernels.copy(velocity);
          kernels.scale(ahead, momentum);
          kernels.addInto(step, ahead);
        }
        kernels.scale(step, -learningRate);
        kernels.addInto(parameter.value(), step);
      }
    }
  }

  @Override
  public void inherit(Map<Parameter, Parameter> childToParent, boolean copy) {
    velocities.inherit(childToParent, copy);
  }

  @Override
  public void retain(Collection<Parameter> parameters) {
    velocities.retain(parameters);
  }

  @Override
  public Optional<Moments> moments(Parameter parameter) {
    return velocities.get(parameter);
  }

  /** Returns the velocity only. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.single(parameter, updates);
  }

  @Override
  public void close() {
    velocities.close();
  }

  @Override
  public void restore(Parameter parameter, Moments saved) {
    velocities.put(parameter, saved);
  }
}
