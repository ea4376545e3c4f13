package io.evomoe.training.optimizer;

import io.evomoe.nn.Parameter;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Updates parameters by their gradients, and keeps state for each of them. */
public interface Optimizer extends AutoCloseable {

  /**
   * Returns its name in checkpoints, e.g. {@code AdamW}. Only an optimizer of the same name can
   * resume from them.
   */
  String name();

  /**
   * Updates every parameter that is not frozen. A frozen parameter loses its moments.
   *
   * @param learningRate learning rate of this update
   * @param gradientScale factor on all gradients (clipping, accumulation)
   */
  void update(Collection<Parameter> parameters, double learningRate, double gradientScale);

  /**
   * Prepares for parameters that a spawn created.
   *
   * @param childToParent parent of each new parameter, with the same shape
   * @param copy whether a child inherits moments and update count of its parent; otherwise it
   *     starts from zero
   */
  void inherit(Map<Parameter, Parameter> childToParent, boolean copy);

  /** Drops the moments of all other parameters. */
  void retain(Collection<Parameter> parameters);

  /** Returns the moments of a parameter. Empty if it has none (yet). */
  Optional<Moments> moments(Parameter parameter);

  /**
   * Returns moments of this optimizer's kind, all zero, outside any workspace.
   *
   * @param updates number of updates to store in them
   */
  Moments zeros(Parameter parameter, long updates);

  /** Sets saved moments, which have the parameter's shape and are outside any workspace. */
  void restore(Parameter parameter, Moments saved);

  /** Frees all its memory. Do not use it afterwards. */
  @Override
  void close();
}
