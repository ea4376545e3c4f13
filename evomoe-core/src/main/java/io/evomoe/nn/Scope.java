package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
  private static final int DRAWN_AT_ONCE = 1 << 20;

  private final Place place;
  private final long seed;
  private final Kernels kernels;
  private final Lifetime lifetime;

  private Scope(Place place, long seed, Kernels kernels, Lifetime lifetime) {
    this.place = place;
    this.seed = seed;
    this.kernels = kernels;
    this.lifetime = lifetime;
  }

  /** Returns the scope of a whole model. */
  public static Scope root(long seed, Kernels kernels) {
    Lifetime lifetime = new Lifetime("the model", "open its run again, or make it again");
    return new Scope(Place.ROOT, seed, kernels, lifetime);
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
    return new Scope(other, seed, kernels, lifetime);
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
    Place of = place(part);
    return parameter(of, Role.WEIGHT, deviation, () -> drawn(of, deviation, shape), shape);
  }

  private INDArray drawn(Place of, double deviation, long... shape) {
    CounterRandom random = random(of);
    long length = product(shape);
    INDArray array = Nd4j.createUninitialized(kernels.dataType(), shape, 'c');
    INDArray flat = array.reshape(length);
    for (long from = 0; from < length; from += DRAWN_AT_ONCE) {
      long to = Math.min(length, from + DRAWN_AT_ONCE);
      double[] values = new double[Math.toIntExact(to - from)];
      for (int i = 0; i < values.length; i++) {
        values[i] = deviation * random.gaussian(from + i);
      }
      flat.get(NDArrayIndex.interval(from, to)).assign(Nd4j.createFromArray(values));
    }
    return array;
  }

  private CounterRandom random(Place of) {
    return new CounterRandom(CounterRandom.fold(seed, of.name()));
  }

  /** Creates a matrix drawn from U(-bound, bound), with weight decay. */
  public Parameter uniform(String part, double bound, long... shape) {
    CounterRandom random = random(place(part));
    return filled(part, Role.WEIGHT, i -> bound * (2 * random.uniform(i) - 1), shape);
  }

  /**
   * Creates a matrix whose rows, or columns if those are fewer, are orthogonal with length {@code
   * gain}. It has weight decay.
   */
  public Parameter orthogonal(String part, double gain, int rows, int columns) {
    CounterRandom random = random(place(part));
    return of(
        part, Role.WEIGHT, 0, () -> Orthogonal.matrix(random, gain, rows, columns), rows, columns);
  }

  /** Creates an array filled with one value. It has weight decay if its role says so. */
  public Parameter constant(String part, Role role, double value, long... shape) {
    return filled(part, role, i -> value, shape);
  }

  private Parameter filled(String part, Role role, IntToDoubleFunction value, long... shape) {
    return of(
        part,
        role,
        0,
        () -> IntStream.range(0, Math.toIntExact(product(shape))).mapToDouble(value).toArray(),
        shape);
  }

  /**
   * Creates another parameter's child: its shape, type and role, with its own values in C order.
   */
  public Parameter like(String part, Parameter parent, double[] values) {
    return of(part, parent.role(), parent.deviation(), () -> values, parent.value().shape());
  }

  private Parameter of(
      String part, Role role, double deviation, Supplier<double[]> values, long... shape) {
    Supplier<INDArray> array =
        () -> Nd4j.create(values.get(), shape, 'c').castTo(kernels.dataType());
    return parameter(place(part), role, deviation, array, shape);
  }

  private Parameter parameter(
      Place of, Role role, double deviation, Supplier<INDArray> array, long... shape) {
    INDArray value = MetaArrays.orElse(array, kernels, shape);
    return new Parameter(of, role, deviation, value, this);
  }

  private static long product(long... shape) {
    long product = 1;
    for (long size : shape) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }
}
