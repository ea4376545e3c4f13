package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where a layer makes its parameters: a dotted name, a seed and the kernels to compute with. A
 * parameter's initial value depends on the seed and its own full name alone, never on the order in
 * which layers are made.
 */
public final class Scope {
  /** So that a table of a gigabyte does not need another one in doubles. */
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

  /** The scope of a whole model. */
  public static Scope root(long seed, Kernels kernels) {
    Lifetime lifetime = new Lifetime("the model", "open its run again, or make it again");
    return new Scope(Place.ROOT, seed, kernels, lifetime);
  }

  /** A scope inside this one. */
  public Scope child(String part) {
    return at(place.child(part));
  }

  /** A scope inside this one, by number. */
  public Scope child(int number) {
    return child(Integer.toString(number));
  }

  /** The scope {@code blocks.NUMBER} of a block of a stack. */
  public Scope block(int number) {
    return at(place.inBlock(number));
  }

  /** In the scope of an MoE layer, {@code experts.NUMBER} of an expert that its gate chooses. */
  public Scope expert(int number) {
    return at(place.inExpert(ExpertPlace.EXPERTS, number));
  }

  /** In the scope of an MoE layer, {@code shared.NUMBER} of an expert that every token uses. */
  public Scope sharedExpert(int number) {
    return at(place.inExpert(ExpertPlace.SHARED, number));
  }

  /** In the scope of an MoE layer, {@code gate}. */
  public Scope gate() {
    return at(place.inGate());
  }

  /**
   * The same scope for arrays of a gate that have an entry for each expert along an axis: a
   * checkpoint of another number of experts is made by merging or copying these entries.
   *
   * @param axis from 0
   */
  public Scope alongExperts(int axis) {
    return at(place.alongExperts(axis));
  }

  private Scope at(Place other) {
    return new Scope(other, seed, kernels, lifetime);
  }

  /** Dotted name; empty at the root. */
  public String name() {
    return place.name();
  }

  /** The place of an array of that name, for a gate's {@code GateState}; "" for the scope's own. */
  public Place place(String part) {
    return place.child(part);
  }

  /** The seed of the model. */
  public long seed() {
    return seed;
  }

  /** Kernels that layers of this scope compute with. */
  public Kernels kernels() {
    return kernels;
  }

  /** Calls in progress on the whole model. */
  public Lifetime lifetime() {
    return lifetime;
  }

  /** A matrix drawn from N(0, deviation), with weight decay. */
  public Parameter normal(String part, double deviation, long... shape) {
    Place of = place(part);
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, of.name()));
    long length = product(shape);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
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
      return new Parameter(of, Role.WEIGHT, deviation, array, this);
    }
  }

  /** A matrix drawn from U(-bound, bound), with weight decay. */
  public Parameter uniform(String part, double bound, long... shape) {
    Place of = place(part);
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, of.name()));
    double[] values = new double[Math.toIntExact(product(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = bound * (2 * random.uniform(i) - 1);
    }
    return parameter(of, Role.WEIGHT, 0, values, shape);
  }

  /**
   * A matrix whose rows, or columns where those are fewer, are orthogonal and {@code gain} long,
   * with weight decay.
   */
  public Parameter orthogonal(String part, double gain, int rows, int columns) {
    Place of = place(part);
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, of.name()));
    double[] values = Orthogonal.matrix(random, gain, rows, columns);
    return parameter(of, Role.WEIGHT, 0, values, rows, columns);
  }

  /** An array filled with one value; with weight decay where its role says so. */
  public Parameter constant(String part, Role role, double value, long... shape) {
    double[] values = new double[Math.toIntExact(product(shape))];
    Arrays.fill(values, value);
    return parameter(place(part), role, 0, values, shape);
  }

  /** Another parameter's child: its shape, type and role, with values of its own in C order. */
  public Parameter like(String part, Parameter parent, double[] values) {
    return parameter(
        place(part), parent.role(), parent.deviation(), values, parent.value().shape());
  }

  private Parameter parameter(
      Place of, Role role, double deviation, double[] values, long... shape) {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray array = Nd4j.create(values, shape, 'c').castTo(kernels.dataType());
      return new Parameter(of, role, deviation, array, this);
    }
  }

  private static long product(long... shape) {
    long product = 1;
    for (long size : shape) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }
}
