package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stochastic gradient descent with Nesterov momentum: {@code v = m v + g}, then {@code p = p - r (g
 * + m v)}. It has the form of Sutskever et al. 2013 that PyTorch's {@code SGD(nesterov=True)} uses.
 * Without momentum it is plain gradient descent without state. Weight decay is decoupled.
 */
public final class Sgd extends Optimizer {
  private final Kernels kernels;
  private final double momentum;

  /**
   * Creates an optimizer without moments and without weight decay.
   *
   * @param kernels kernels to compute with
   * @param momentum m, in [0, 1)
   */
  public Sgd(Kernels kernels, double momentum) {
    this(kernels, momentum, ParameterGroups.decaying(0));
  }

  /**
   * Creates an optimizer without moments.
   *
   * @param kernels kernels to compute with
   * @param momentum m, in [0, 1)
   * @param groups rate and weight decay of each parameter
   */
  public Sgd(Kernels kernels, double momentum, ParameterGroups groups) {
    super("SGD", groups);
    FieldBound.belowOne("momentum", momentum);
    this.kernels = kernels;
    this.momentum = momentum;
  }

  @Override
  protected void update(Parameter parameter, Update update) {
    INDArray step = kernels.copy(parameter.gradient());
    kernels.scale(step, update.gradientScale());
    if (momentum > 0) {
      addNesterov(kernels, next(parameter).first(), momentum, step);
    }
    if (update.weightDecay() > 0) {
      kernels.scale(parameter.value(), 1 - update.learningRate() * update.weightDecay());
    }
    kernels.scale(step, -update.learningRate());
    kernels.addInto(parameter.value(), step);
  }

  /** Computes {@code v = m v + g}, then {@code g = g + m v}. */
  static void addNesterov(Kernels kernels, INDArray velocity, double momentum, INDArray gradient) {
    kernels.scale(velocity, momentum);
    kernels.addInto(velocity, gradient);
    INDArray ahead = kernels.copy(velocity);
    kernels.scale(ahead, momentum);
    kernels.addInto(gradient, ahead);
  }

  /** Returns the velocity only. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.single(parameter, updates);
  }

  /** Optimizer {@code sgd}. Its option {@code momentum} is m, 0.9 by default. */
  public static final class Provider implements OptimizerProvider {
    @Override
    public String name() {
      return "sgd";
    }

    @Override
    public Optimizer create(Spec spec) {
      return spec.read(
          name(),
          (options, groups) ->
              new Sgd(
                  spec.kernels(),
                  options.number("momentum", 0.9, Bounds.atLeast(0).below(1)),
                  groups));
    }
  }
}
