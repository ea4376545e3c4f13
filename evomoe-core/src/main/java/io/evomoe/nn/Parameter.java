package io.evomoe.nn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ArrayKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trainable array with its gradient. The gradient is valid from the first {@link #accumulator()}
 * of a step; before that it counts as zero, whatever the array holds ({@link #hasGradient()}).
 */
public final class Parameter {
  private final Place place;
  private final Role role;
  private final double deviation;
  private final ArrayKernels kernels;
  private final Lifetime lifetime;
  private INDArray value;
  private @Nullable INDArray gradient;
  private boolean hasGradient;
  private boolean frozen;

  /** What a parameter does in its layer. */
  public enum Role {
    /** A matrix or table; the only role on which weight decay acts. */
    WEIGHT,
    /** Added to what a matrix gives. */
    BIAS,
    /** Multiplies what a normalisation gives. */
    GAIN,
    /** Added to what a normalisation gives. */
    SHIFT
  }

  /**
   * A parameter over {@code value}, which it keeps; {@link Scope} makes them.
   *
   * @param deviation of the normal distribution that the first values come from
   * @param value C order, outside of any workspace
   * @param scope of its model
   */
  Parameter(Place place, Role role, double deviation, INDArray value, Scope scope) {
    this.place = place;
    this.role = role;
    this.deviation = deviation;
    this.value = value;
    this.kernels = scope.kernels();
    this.lifetime = scope.lifetime();
  }

  /** Made when it is first asked for: a model that is not trained has none. */
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

  /** Dotted path, unique in a model. */
  public String name() {
    return place.name();
  }

  /** Where it stands in its model. */
  public Place place() {
    return place;
  }

  /** What it does in its layer. */
  public Role role() {
    return role;
  }

  /**
   * Standard deviation of the normal distribution that its first values came from; 0 where they
   * were not drawn from one.
   */
  public double deviation() {
    return deviation;
  }

  /** The live value; optimizers change it in place. */
  public INDArray value() {
    return value;
  }

  /** Whether weight decay acts on it. */
  public boolean decays() {
    return role == Role.WEIGHT;
  }

  /**
   * Lives in another array from here on, for a framework that owns all parameters in one. Its
   * content becomes the value.
   *
   * @param storage shape and type of the value, C order without gaps, outside of any workspace
   */
  public void valueIn(INDArray storage) {
    requireAlike("value", storage);
    value = storage;
  }

  /**
   * Gathers its gradient in another array from here on. Nothing counts as added yet.
   *
   * @param storage shape and type of the value, C order without gaps, outside of any workspace
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

  /** Number of elements. */
  public long length() {
    return value.length();
  }

  /** Where to add a gradient: overwrites on the first call of a step, adds on later ones. */
  public Accumulator accumulator() {
    double beta = hasGradient ? 1 : 0;
    hasGradient = true;
    return new Accumulator(ownGradient(), beta);
  }

  /** Whether anything was added since the last {@link #clearGradient()}; otherwise it is zero. */
  public boolean hasGradient() {
    return hasGradient;
  }

  /** The gradient; all zeros where nothing was added. */
  public INDArray gradient() {
    INDArray own = ownGradient();
    if (!hasGradient) {
      kernels.clear(own);
    }
    return own;
  }

  /** Forgets the gradient without touching its memory. */
  public void clearGradient() {
    hasGradient = false;
  }

  /** Calls in progress on its model. */
  public Lifetime lifetime() {
    return lifetime;
  }

  /** Gives back the memory of value and gradient, which must not be used any more. */
  public void free() {
    value.close();
    if (gradient != null) {
      gradient.close();
    }
  }

  /** Ends its training for good: no gradient, moment or weight decay moves it from here on. */
  public void freeze() {
    frozen = true;
  }

  /** Whether {@link #freeze()} was called. */
  public boolean frozen() {
    return frozen;
  }

  @Override
  public String toString() {
    return name() + Arrays.toString(value.shape());
  }
}
