package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.internal.Workspaces;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Updates parameters by their gradients, and keeps {@link Moments} for each of them, which it
 * spawns, saves, resumes and frees. A subclass updates one parameter at a time and says which
 * moments it needs.
 */
public abstract class Optimizer implements AutoCloseable {
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
  protected Optimizer(String name, ParameterGroups groups) {
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
   * Returns moments of this optimizer's kind, all zero, outside any workspace.
   *
   * @param updates number of updates to store in them
   */
  public abstract Moments zeros(Parameter parameter, long updates);

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

  /**
   * Returns its name in checkpoints, e.g. {@code AdamW}. Only an optimizer of the same name can
   * resume from them.
   */
  public final String name() {
    return name;
  }

  /**
   * Updates every parameter that is not frozen. A frozen parameter loses its moments.
   *
   * @param learningRate learning rate of this update
   * @param gradientScale factor on all gradients (clipping, accumulation)
   */
  public final void update(
      Collection<Parameter> parameters, double learningRate, double gradientScale) {
    Map<Parameter, Update> updates = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      if (parameter.frozen()) {
        moments(parameter).ifPresent(Moments::close);
        moments.remove(parameter);
      } else {
        ParameterGroups.Group group = groups.of(parameter);
        double rate = learningRate * group.rateScale();
        updates.put(parameter, new Update(rate, group.weightDecay(), gradientScale));
      }
    }
    updateAll(updates);
  }

  /**
   * Gives parameters that a spawn created the moments and update counts of their parents.
   *
   * @param childToParent parent of each new parameter, with the same shape
   */
  public final void inherit(Map<Parameter, Parameter> childToParent) {
    childToParent.forEach(
        (child, parent) -> moments(parent).ifPresent(found -> restore(child, found.copy())));
  }

  /** Drops the moments of all other parameters. */
  public final void retain(Collection<Parameter> parameters) {
    Set<Parameter> kept = new HashSet<>(parameters);
    moments.entrySet().stream()
        .filter(entry -> !kept.contains(entry.getKey()))
        .forEach(entry -> entry.getValue().close());
    moments.keySet().retainAll(kept);
  }

  /** Returns the moments of a parameter. Empty if it has none (yet). */
  public final Optional<Moments> moments(Parameter parameter) {
    return Optional.ofNullable(moments.get(parameter));
  }

  /** Sets saved moments, which have the parameter's shape and are outside any workspace. */
  public final void restore(Parameter parameter, Moments saved) {
    requireShape(parameter, saved.first());
    saved.second().ifPresent(second -> requireShape(parameter, second));
    moments.put(parameter, saved);
  }

  private static void requireShape(Parameter parameter, INDArray moment) {
    if (!moment.equalShapes(parameter.value())) {
      throw new IllegalArgumentException(
          "moments of %s must have its shape, were %s"
              .formatted(parameter, Arrays.toString(moment.shape())));
    }
  }

  /** Frees all its memory. Do not use it afterwards. */
  @Override
  public final void close() {
    moments.values().forEach(Moments::close);
    moments.clear();
  }

  /**
   * The state of an optimizer for one parameter.
   *
   * @param first running mean of the gradient ({@link AdamW}) or the velocity ({@link Sgd}, {@link
   *     Muon}), with the parameter's shape; changed in place
   * @param second running mean of the squared gradient, with the parameter's shape; changed in
   *     place; empty if the optimizer has none
   * @param updates number of updates so far
   */
  public record Moments(INDArray first, Optional<INDArray> second, long updates) {

    /** Rejects a negative count. */
    public Moments {
      FieldBound.atLeast("updates", updates, 0);
    }

    /** Returns zeros of both kinds for a parameter, outside any workspace. */
    public static Moments zeros(Parameter parameter, long updates) {
      return new Moments(like(parameter), Optional.of(like(parameter)), updates);
    }

    /** Returns zeros of the first kind only for a parameter, outside any workspace. */
    public static Moments single(Parameter parameter, long updates) {
      return new Moments(like(parameter), Optional.empty(), updates);
    }

    private static INDArray like(Parameter parameter) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        return Nd4j.create(parameter.value().dataType(), parameter.value().shape());
      }
    }

    void close() {
      first.close();
      second.ifPresent(INDArray::close);
    }

    Moments copy() {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        return new Moments(first.dup('c'), second.map(array -> array.dup('c')), updates);
      }
    }

    Moments updated() {
      return new Moments(first, second, updates + 1);
    }
  }

  /** A rule that gives each parameter its learning rate and weight decay. */
  @FunctionalInterface
  public interface ParameterGroups {

    /** Returns the group of a parameter. It must not change between two updates. */
    Group of(Parameter parameter);

    /**
     * The numbers that parameters of a group share.
     *
     * @param rateScale factor on the learning rate, at least 0
     * @param weightDecay decoupled weight decay, at least 0
     */
    record Group(double rateScale, double weightDecay) {}

    /** Returns the rule that matrices and tables decay, and biases and norms do not. */
    static ParameterGroups decaying(double weightDecay) {
      return parameter -> new Group(1, parameter.decays() ? weightDecay : 0);
    }

    /**
     * Returns {@link #decaying} with the options {@code gateRate} and {@code embeddingRate}, both
     * at least 0 and 1 by default. They are factors on the learning rate of the gates' parameters,
     * and of the matrices outside of blocks: embeddings and output heads.
     */
    static ParameterGroups read(Options options, double weightDecay) {
      double gates = options.number("gateRate", 1, Bounds.atLeast(0));
      double embeddings = options.number("embeddingRate", 1, Bounds.atLeast(0));
      return parameter -> {
        boolean embedding = parameter.decays() && parameter.place().block().isEmpty();
        double scale = parameter.place().ofGate() ? gates : embedding ? embeddings : 1;
        return new Group(scale, parameter.decays() ? weightDecay : 0);
      };
    }
  }
}
