package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"): Nesterov
 * momentum whose matrix is made orthogonal by five Newton-Schulz iterations. Update and weight
 * decay are scaled as in "Muon is scalable for LLM training" (arXiv 2502.16982), so that the
 * learning rate of {@link AdamW} fits.
 *
 * <p>With gradient g, momentum m and rate r, a matrix of R rows and C columns gets {@code v = m v +
 * g}, then {@code p = (1 - r decay) p - 0.2 sqrt(max(R, C)) r orthogonal(g + m v)}. Each expert's
 * matrix is one matrix. {@link io.evomoe.nn.Place#columns()} lists the matrices that lie side by
 * side in one array, such as queries, keys and values.
 *
 * <p>The base class updates all other parameters: embeddings, output heads, norms, biases and the
 * parameters of gates.
 *
 * <p>A matrix without a gradient in a step, e.g. of an expert without tokens, does not change, and
 * neither does its momentum. An orthogonal update has the same size however small the momentum is.
 */
public final class Muon extends AdamW {
  /** Default momentum. */
  public static final double DEFAULT_MOMENTUM = 0.95;

  private static final int ITERATIONS = 5;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final double EPSILON = 1e-7;

  /** Root mean square of an update of {@link AdamW} that the paper measured. */
  private static final double USUAL_UPDATE = 0.2;

  private final double momentum;

  /** Creates an optimizer without moments and with the default momentum. */
  public Muon(Kernels kernels, AdamW.Config adamW) {
    this(kernels, DEFAULT_MOMENTUM, adamW, ParameterGroups.decaying(adamW.weightDecay()));
  }

  /**
   * Creates an optimizer without moments.
   *
   * @param momentum m, in [0, 1)
   * @param adamW constants for the parameters that are not matrices of hidden layers
   * @param groups rate and weight decay of each parameter
   */
  public Muon(Kernels kernels, double momentum, AdamW.Config adamW, ParameterGroups groups) {
    super("Muon", kernels, adamW, groups);
    FieldBound.belowOne("momentum", momentum);
    this.momentum = momentum;
  }

  /**
   * Returns whether a parameter is a matrix of a hidden layer: a weight inside a block, but not of
   * a gate, with at least two rows and columns.
   */
  public static boolean isHidden(Parameter parameter) {
    INDArray value = parameter.value();
    return parameter.role() == Parameter.Role.WEIGHT
        && parameter.place().block().isPresent()
        && !parameter.place().ofGate()
        && value.rank() == 2
        && Math.min(value.size(0), value.size(1)) > 1;
  }

  /** Updates the matrices one by one, and the others in one call of the kernels. */
  @Override
  protected void updateAll(Map<Parameter, Update> updates) {
    Map<Parameter, Update> others = new LinkedHashMap<>();
    updates.forEach(
        (parameter, update) -> {
          if (isHidden(parameter)) {
            try (MemoryWorkspace ignored = workspace()) {
              update(parameter, update);
            }
          } else {
            others.put(parameter, update);
          }
        });
    super.updateAll(others);
  }

  @Override
  protected void update(Parameter parameter, Update update) {
    if (!parameter.hasGradient()) {
      return;
    }
    INDArray step = kernels.copy(parameter.gradient());
    kernels.scale(step, update.gradientScale());
    Sgd.addNesterov(kernels, next(parameter).first(), momentum, step);
    kernels.scale(parameter.value(), 1 - update.learningRate() * update.weightDecay());
    List<Integer> widths = parameter.place().columns();
    if (widths.isEmpty()) {
      kernels.addInto(parameter.value(), scaled(step, update.learningRate()));
      return;
    }
    long from = 0;
    for (int width : widths) {
      INDArray part = step.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + width));
      kernels.copyInto(scaled(kernels.copy(part), update.learningRate()), part);
      from += width;
    }
    kernels.addInto(parameter.value(), step);
  }

  private INDArray scaled(INDArray step, double learningRate) {
    double size = USUAL_UPDATE * Math.sqrt((double) Math.max(step.size(0), step.size(1)));
    INDArray orthogonal = orthogonal(step);
    kernels.scale(orthogonal, -learningRate * size);
    return orthogonal;
  }

  /**
   * Returns a matrix with the same singular vectors, and singular values near 1.
   *
   * @param x overwritten
   */
  private INDArray orthogonal(INDArray x) {
    boolean wide = x.size(0) <= x.size(1);
    kernels.scale(x, 1 / (Math.sqrt(kernels.sumOfSquares(x)) + EPSILON));
    INDArray from = x;
    for (int i = 0; i < ITERATIONS; i++) {
      // The product over the longer side; a and its powers are symmetric, so either side will do.
      INDArray a = kernels.multiply(from, !wide, from, wide);
      INDArray b = kernels.multiply(a, false, a, false);
      kernels.scale(b, C);
      kernels.scale(a, B);
      kernels.addInto(b, a);
      INDArray to = kernels.copy(from);
      kernels.scale(to, A);
      Accumulator into = new Accumulator(to, 1);
      if (wide) {
        kernels.multiplyInto(b, false, from, false, into);
      } else {
        kernels.multiplyInto(from, false, b, false, into);
      }
      from = to;
    }
    return from;
  }

  /** Returns the velocity of a matrix of a hidden layer, and both moments of other parameters. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return isHidden(parameter)
        ? Moments.single(parameter, updates)
        : super.zeros(parameter, updates);
  }

  /** Optimizer {@code muon}. Its option {@code momentum} is m, 0.95 by default. */
  public static final class Provider implements OptimizerProvider {
    @Override
    public String name() {
      return "muon";
    }

    @Override
    public Optimizer create(Spec spec) {
      return spec.read(
          name(),
          (options, groups) ->
              new Muon(
                  spec.kernels(),
                  options.number("momentum", DEFAULT_MOMENTUM, Bounds.atLeast(0).below(1)),
                  spec.adamW(),
                  groups));
    }
  }
}
