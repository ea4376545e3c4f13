package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.nn.internal.MetaArrays;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Creates the parameters of a layer: a dotted name, a seed and the kernels to compute with. A
 * parameter's initial value depends only on the seed and its full name, not on the order in which
 * layers are created.
 */
public final class Scope {
  /** Limits the memory of draws: a table of a gigabyte does not need another one in doubles. */
  private static final int FILLED_AT_ONCE = 1 << 20;

  private final Place place;
  private final long seed;
  private final Kernels kernels;
  private final Lifetime lifetime;
  private final LoraConfig lora;

  private Scope(Place place, long seed, Kernels kernels, Lifetime lifetime, LoraConfig lora) {
    this.place = place;
    this.seed = seed;
    this.kernels = kernels;
    this.lifetime = lifetime;
    this.lora = lora;
  }

  /** Returns the scope of a whole model. */
  public static Scope root(long seed, Kernels kernels) {
    Lifetime lifetime = new Lifetime("the model", "open its run again, or make it again");
    return new Scope(Place.ROOT, seed, kernels, lifetime, LoraConfig.OFF);
  }

  /** Returns this scope for linear maps with the adapters of a configuration. */
  public Scope withLora(LoraConfig config) {
    return new Scope(place, seed, kernels, lifetime, config);
  }

  /** Returns the adapter of a linear map in this scope; null if it has none. */
  @Nullable Lora lora(int in, int out) {
    return lora.adapts(place) ? new Lora(this, in, out, lora) : null;
  }

  /** Returns a scope inside this one. */
  public Scope child(String part) {
    return at(place.child(part));
  }

  /** Returns a scope inside this one, by number. */
  public Scope child(int number) {
    return child(Integer.toString(number));
  }

  /** Returns the scope {@code blocks.NUMBER} of a block of a stack. */
  public Scope block(int number) {
    return at(place.inBlock(number));
  }

  /**
   * Returns the scope {@code experts.NUMBER} of an expert that the gate of this MoE layer chooses.
   */
  public Scope expert(int number) {
    return at(place.inExpert(ExpertPlace.EXPERTS, number));
  }

  /**
   * Returns the scope {@code shared.NUMBER} of an expert that every token of this MoE layer uses.
   */
  public Scope sharedExpert(int number) {
    return at(place.inExpert(ExpertPlace.SHARED, number));
  }

  /** Returns the scope {@code gate} of this MoE layer. */
  public Scope gate() {
    return at(place.inGate());
  }

  /**
   * Returns this scope for arrays of a gate that have an entry for each expert along an axis. A
   * checkpoint with another number of experts is created by merging or copying these entries.
   *
   * @param axis from 0
   */
  public Scope alongExperts(int axis) {
    return at(place.alongExperts(axis));
  }

  /**
   * Returns this scope for an array of several matrices side by side. An optimizer that works on
   * matrices, such as Muon, updates each of them on its own.
   *
   * @param widths number of columns of each
   */
  public Scope sideBySide(Integer... widths) {
    return at(place.sideBySide(List.of(widths)));
  }

  private Scope at(Place other) {
    return new Scope(other, seed, kernels, lifetime, lora);
  }

  /** Returns the dotted name, empty at the root. */
  public String name() {
    return place.name();
  }

  /**
   * Returns the place of an array with that name, for a gate's {@code GateState}; "" for the
   * scope's own.
   */
  public Place place(String part) {
    return place.child(part);
  }

  /** Returns the seed of the model. */
  public long seed() {
    return seed;
  }

  /** Returns the kernels that layers of this scope compute with. */
  public Kernels kernels() {
    return kernels;
  }

  /** Returns the tracker of calls in progress on the whole model. */
  public Lifetime lifetime() {
    return lifetime;
  }

  /** Creates a matrix drawn from N(0, deviation), with weight decay. */
  public Parameter normal(String part, double deviation, long... shape) {
    CounterRandom random = random(part);
    return filled(part, Role.WEIGHT, deviation, i -> deviation * random.gaussian(i), shape);
  }

  /** Creates a matrix drawn from U(-bound, bound), with weight decay. */
  public Parameter uniform(String part, double bound, long... shape) {
    return uniform(part, Role.WEIGHT, bound, shape);
  }

  /** Creates an array drawn from U(-bound, bound). It has weight decay if its role says so. */
  Parameter uniform(String part, Role role, double bound, long... shape) {
    CounterRandom random = random(part);
    return filled(part, role, 0, i -> bound * (2 * random.uniform(i) - 1), shape);
  }

  /**
   * Creates a matrix whose rows, or columns if those are fewer, are orthogonal with length {@code
   * gain}. It has weight decay.
   */
  public Parameter orthogonal(String part, double gain, int rows, int columns) {
    double[] values =
        MetaArrays.needNoValues()
            ? new double[0]
            : Orthogonal.matrix(random(part), gain, rows, columns);
    return filled(part, Role.WEIGHT, 0, i -> values[(int) i], rows, columns);
  }

  /** Creates an array filled with one value. It has weight decay if its role says so. */
  public Parameter constant(String part, Role role, double value, long... shape) {
    return filled(part, role, 0, i -> value, shape);
  }

  /**
   * Creates another parameter's child: its shape, type and role, with its own values in C order.
   *
   * @throws IllegalArgumentException if there is not one value for each element
   */
  public Parameter like(String part, Parameter parent, double[] values) {
    if (values.length != parent.length()) {
      throw new IllegalArgumentException(
          "values of %s must be %d, were %d"
              .formatted(place(part).name(), parent.length(), values.length));
    }
    long[] shape = parent.value().shape();
    return filled(part, parent.role(), parent.deviation(), i -> values[(int) i], shape);
  }

  private CounterRandom random(String part) {
    return new CounterRandom(CounterRandom.fold(seed, place(part).name()));
  }

  private Parameter filled(
      String part, Role role, double deviation, LongToDoubleFunction value, long... shape) {
    INDArray array = MetaArrays.orElse(() -> array(value, shape), kernels, shape);
    return new Parameter(place(part), role, deviation, array, this);
  }

  private INDArray array(LongToDoubleFunction value, long... shape) {
    if (MetaArrays.needNoValues()) {
      return Nd4j.create(kernels.dataType(), shape, 'c');
    }
    INDArray array = Nd4j.createUninitialized(kernels.dataType(), shape, 'c');
    long length = array.length();
    INDArray flat = array.reshape(length);
    for (long from = 0; from < length; from += FILLED_AT_ONCE) {
      long first = from;
      long to = Math.min(length, from + FILLED_AT_ONCE);
      double[] values = new double[Math.toIntExact(to - from)];
      Arrays.setAll(values, i -> value.applyAsDouble(first + i));
      INDArray part = values.length == length ? flat : flat.get(NDArrayIndex.interval(from, to));
      part.assign(Nd4j.createFromArray(values));
    }
    return array;
  }

  /**
   * Random matrices with orthogonal rows, or with orthogonal columns if there are more rows than
   * columns (Saxe et al., arXiv 1312.6120, section 3).
   */
  private static final class Orthogonal {
    private Orthogonal() {}

    /**
     * Returns values in C order [rows, columns]. Each orthogonal vector has length {@code gain}.
     */
    static double[] matrix(CounterRandom random, double gain, int rows, int columns) {
      boolean wide = rows <= columns;
      double[][] basis = basis(random, Math.min(rows, columns), Math.max(rows, columns));
      double[] values = new double[Math.multiplyExact(rows, columns)];
      for (int i = 0; i < values.length; i++) {
        int row = i / columns;
        int column = i % columns;
        values[i] = gain * (wide ? basis[row][column] : basis[column][row]);
      }
      return values;
    }

    private static double[][] basis(CounterRandom random, int count, int length) {
      double[][] basis = new double[count][length];
      for (int k = 0; k < count; k++) {
        for (int j = 0; j < length; j++) {
          basis[k][j] = random.gaussian((long) k * length + j);
        }
        // Twice, because one pass loses digits to cancellation.
        project(basis, k);
        project(basis, k);
        scale(basis[k], 1 / Math.sqrt(dot(basis[k], basis[k])));
      }
      return basis;
    }

    private static void project(double[][] basis, int k) {
      for (int i = 0; i < k; i++) {
        double along = dot(basis[i], basis[k]);
        for (int j = 0; j < basis[k].length; j++) {
          basis[k][j] -= along * basis[i][j];
        }
      }
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int j = 0; j < a.length; j++) {
        sum += a[j] * b[j];
      }
      return sum;
    }

    private static void scale(double[] vector, double factor) {
      for (int j = 0; j < vector.length; j++) {
        vector[j] *= factor;
      }
    }
  }

  /**
   * Standard deviations of initial weights, all drawn from a normal distribution.
   *
   * @param deviation for weight matrices and embeddings
   * @param residualDeviation for matrices that write into the residual stream
   */
  public record Initialization(double deviation, double residualDeviation) {

    /**
     * Returns GPT-2's initialisation for any hidden size: 0.02 at 768, proportional to 1 /
     * sqrt(width). So activations start at the same scale for every size. Matrices that write into
     * the residual stream have it divided by sqrt(2 layers), so its variance does not grow with
     * depth (Radford et al. 2019, section 2.3).
     */
    public static Initialization gpt2(int layers, int width) {
      double deviation = 0.02 * Math.sqrt(768.0 / width);
      return new Initialization(deviation, deviation / Math.sqrt(2.0 * layers));
    }

    /** Returns a copy with zeros for matrices that write into the residual stream. */
    public Initialization silent() {
      return new Initialization(deviation, 0);
    }
  }
}
