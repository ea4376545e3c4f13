package io.evomoe.training.optimizer;

import io.evomoe.nn.Parameter;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Moves parameters by their gradients, and keeps what it has learned of each. */
public interface Optimizer extends AutoCloseable {

  /**
   * Its name in checkpoints, such as {@code AdamW}: only an optimizer of the same name goes on with
   * them.
   */
  String name();

  /**
   * Updates every parameter that is not frozen; a frozen one loses its moments.
   *
   * @param learningRate of this update
   * @param gradientScale factor on all gradients (clipping, accumulation)
   */
  void update(Collection<Parameter> parameters, double learningRate, double gradientScale);

  /**
   * Prepares for parameters that a spawn made.
   *
   * @param childToParent the parameter, of the same shape, that each new one comes from
   * @param copy whether a child takes over moments and update count of its parent; otherwise it
   *     starts from zero
   */
  void inherit(Map<Parameter, Parameter> childToParent, boolean copy);

  /** Drops the moments of all other parameters. */
  void retain(Collection<Parameter> parameters);

  /** Moments of a parameter; empty where it has none (yet). */
  Optional<Moments> moments(Parameter parameter);

  /**
   * Moments of the kind that this optimizer keeps, all zero, outside of any workspace.
   *
   * @param updates number of updates they are said to have seen
   */
  Moments zeros(Parameter parameter, long updates);

  /** Puts saved moments, of the parameter's shape and outside of any workspace, in place. */
  void restore(Parameter parameter, Moments saved);

  /** Gives back the memory of all that it keeps, which must not be used any more. */
  @Override
  void close();
}
