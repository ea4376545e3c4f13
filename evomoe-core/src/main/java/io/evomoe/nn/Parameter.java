package io.evomoe.nn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trainable array with its gradient. The gradient is valid from the first {@link #accumulator()}
 * of a step. Before that it counts as zero, whatever the array contains ({@link #hasGradient()}).
 */
public final class Parameter {
  private final Place place;
  private final Role role;
  private final double deviation;
  private final Kernels kernels;
  private final Lifetime lifetime;
  private INDArray value;
  private @Nullable INDArray gradient;
  private boolean hasGradient;
  private boolean frozen;

  /** The role of a parameter in its layer. */
  public enum Role {
    /** A matrix or table. Weight decay acts on this role. */
    WEIGHT,
    /** Added to the output of a matrix. */
    BIAS,
    /** Multiplies the output of a normalisation. */
    GAIN,
    /** Added to the output of a normalisation. */
    SHIFT,
    /** A matrix of a {@link Lora}, which has weight decay too. */
    ADAPTER
  }

  /**
   * Creates a parameter with {@code value}, which it keeps. {@link Scope} calls it.
   *
   * @param deviation standard deviation of the normal distribution of the initial values
   * @param value C order, outside any workspace
   * @param scope scope of its model
   */
  Parameter(Place place, Role role, double deviation, INDArray value, Scope scope) {
    this.place = place;
    this.role = role;
    this.deviation = deviation;
    this.value = value;
    this.kernels = scope.kernels();
    this.lifetime = scope.lifetime();
  }

  /** Creates the gradient when it is first needed, so a model that is not trained has none. */
  private INDArray ownGradient() {
    INDArray made = gradient;
    if (made == null) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        made = Nd4j.create(value.dataType(), value.shape());
      }
      gradient = made;
    }
    return made;
  }

  /** Returns the dotted path, which is unique in a model. */
  public String name() {
    return place.name();
  }

  /** Returns its position in the model. */
  public Place place() {
    return place;
  }

  /** Returns its role in the layer. */
  public Role role() {
    return role;
  }

  /**
   * Returns the standard deviation of the normal distribution of the initial values. It is 0 if
   * they were not drawn from one.
   */
  public double deviation() {
    return deviation;
  }

  /** Returns the live value. Optimizers change it in place. */
  public INDArray value() {
    return value;
  }

  /** Returns whether weight decay acts on it. */
  public boolean decays() {
    return role == Role.WEIGHT || role == Role.ADAPTER;
  }

  /**
   * Moves the value into another array, for a framework that owns all parameters in one array. The
   * content of the array becomes the value.
   *
   * @param storage shape and type of the value, C order without gaps, outside any workspace
   */
  public void valueIn(INDArray storage) {
    requireAlike("value", storage);
    value = storage;
  }

  /**
   * Moves the gradient into another array. Nothing counts as added yet.
   *
   * @param storage shape and type of the value, C order without gaps, outside any workspace
   */
  public void gradientIn(INDArray storage) {
    requireAlike("gradient", storage);
    gradient = storage;
    hasGradient = false;
  }

  private void requireAlike(String what, INDArray storage) {
    boolean alike =
        storage.equalShapes(value)
            && storage.dataType() == value.dataType()
            && storage.ordering() == 'c'
            && Shape.hasDefaultStridesForShape(storage);
    if (!alike) {
      throw new IllegalArgumentException(
          "%s of %s must be in C order without gaps, %s %s, was %s %s in order %s"
              .formatted(
                  what,
                  name(),
                  value.dataType(),
                  Arrays.toString(value.shape()),
                  storage.dataType(),
                  Arrays.toString(storage.shape()),
                  storage.ordering()));
    }
  }

  /** Returns the number of elements. */
  public long length() {
    return value.length();
  }

  /**
   * Returns the target of a gradient. It is overwritten by the first call of a step and added to by
   * later ones. For a frozen parameter it is an array of the current workspace that nobody reads;
   * kernels that can skip it take {@link #accumulatorIfTrained()}.
   */
  public Accumulator accumulator() {
    Accumulator trained = accumulatorIfTrained();
    return trained == null
        ? new Accumulator(Nd4j.createUninitialized(value.dataType(), value.shape()), 0)
        : trained;
  }

  /** Returns the target of a gradient; null for a frozen parameter, which needs none. */
  public @Nullable Accumulator accumulatorIfTrained() {
    if (frozen) {
      return null;
    }
    double beta = hasGradient ? 1 : 0;
    hasGradient = true;
    return new Accumulator(ownGradient(), beta);
  }

  /**
   * Returns whether a gradient was added since the last {@link #clearGradient()}. Otherwise it is
   * zero.
   */
  public boolean hasGradient() {
    return hasGradient;
  }

  /** Returns the gradient, all zeros if nothing was added. */
  public INDArray gradient() {
    INDArray own = ownGradient();
    if (!hasGradient) {
      kernels.clear(own);
    }
    return own;
  }

  /** Clears the gradient without writing its memory. */
  public void clearGradient() {
    hasGradient = false;
  }

  /** Returns the tracker of calls in progress on its model. */
  public Lifetime lifetime() {
    return lifetime;
  }

  /** Frees the memory of value and gradient, which must not be used afterwards. */
  public void free() {
    value.close();
    if (gradient != null) {
      gradient.close();
    }
  }

  /**
   * Freezes it permanently: no gradient, moment or weight decay changes it afterwards. Releases its
   * gradient.
   */
  public void freeze() {
    frozen = true;
    hasGradient = false;
    if (gradient != null && gradient.closeable()) {
      gradient.close();
      gradient = null;
    }
  }

  /** Returns whether {@link #freeze()} was called. */
  public boolean frozen() {
    return frozen;
  }

  @Override
  public String toString() {
    return name() + Arrays.toString(value.shape());
  }
}
