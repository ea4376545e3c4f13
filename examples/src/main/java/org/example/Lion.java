package org.example;

import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Optimizer.Moments;
import io.evomoe.training.optimizer.OptimizerProvider;
import io.evomoe.training.optimizer.Optimizer.ParameterGroups;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Lion (arXiv 2302.06675): every element moves by the learning rate, in the direction of a mean.
 */
final class Lion extends Optimizer {
  private final double beta;

  Lion(double beta, ParameterGroups groups) {
    super("lion", groups);
    this.beta = beta;
  }

  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.single(parameter, updates);
  }

  @Override
  protected void update(Parameter parameter, Update update) {
    INDArray mean = next(parameter).first();
    INDArray gradient = parameter.gradient().mul(update.gradientScale());
    INDArray direction = Transforms.sign(mean.mul(beta).addi(gradient.mul(1 - beta)));
    mean.muli(0.99).addi(gradient.mul(0.01));
    parameter.value().muli(1 - update.learningRate() * update.weightDecay());
    parameter.value().subi(direction.mul(update.learningRate()));
  }

  /** Makes it available as {@code training.optimizer: lion}. */
  public static final class Provider implements OptimizerProvider {
    @Override
    public String name() {
      return "lion";
    }

    @Override
    public Optimizer create(Spec spec) {
      return spec.read(
          name(),
          (options, groups) ->
              new Lion(options.number("beta", 0.9, Bounds.atLeast(0).below(1)), groups));
    }
  }
}
