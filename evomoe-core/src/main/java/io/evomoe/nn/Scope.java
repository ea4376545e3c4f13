package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.random.CounterRandom;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where a layer makes its parameters: a dotted name, a seed and the kernels to compute with. A
 * parameter's initial value depends on the seed and its own full name alone, never on the order in
 * which layers are made.
 */
public final class Scope {
  private final String name;
  private final long seed;
  private final Kernels kernels;

  private Scope(String name, long seed, Kernels kernels) {
    this.name = name;
    this.seed = seed;
    this.kernels = kernels;
  }

  /** The scope of a whole model. */
  public static Scope root(long seed, Kernels kernels) {
    return new Scope("", seed, kernels);
  }

  /** A scope inside this one. */
  public Scope child(String part) {
    return new Scope(qualify(part), seed, kernels);
  }

  /** A scope inside this one, by number. */
  public Scope child(int number) {
    return child(Integer.toString(number));
  }

  /** Dotted name; empty at the root. */
  public String name() {
    return name;
  }

  /** The seed of the model. */
  public long seed() {
    return seed;
  }

  /** Kernels that layers of this scope compute with. */
  public Kernels kernels() {
    return kernels;
  }

  /** A matrix drawn from N(0, deviation), with weight decay. */
  public Parameter normal(String part, double deviation, long... shape) {
    String full = qualify(part);
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, full));
    double[] values = new double[Math.toIntExact(product(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = deviation * random.gaussian(i);
    }
    return parameter(full, values, true, shape);
  }

  /**
   * A matrix whose rows, or columns where those are fewer, are orthogonal and {@code gain} long,
   * with weight decay.
   */
  public Parameter orthogonal(String part, double gain, int rows, int columns) {
    String full = qualify(part);
    CounterRandom random = new CounterRandom(CounterRandom.fold(seed, full));
    return parameter(full, Orthogonal.matrix(random, gain, rows, columns), true, rows, columns);
  }

  /** An array filled with one value, without weight decay. */
  public Parameter constant(String part, double value, long... shape) {
    double[] values = new double[Math.toIntExact(product(shape))];
    java.util.Arrays.fill(values, value);
    return parameter(qualify(part), values, false, shape);
  }

  /** A parameter with given values in C order. */
  public Parameter of(String part, double[] values, boolean decays, long... shape) {
    return parameter(qualify(part), values, decays, shape);
  }

  private Parameter parameter(String full, double[] values, boolean decays, long... shape) {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray array = Nd4j.create(values, shape, 'c').castTo(kernels.dataType());
      return new Parameter(full, array, decays);
    }
  }

  private String qualify(String part) {
    return name.isEmpty() ? part : name + "." + part;
  }

  private static long product(long... shape) {
    long product = 1;
    for (long size : shape) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }
}
