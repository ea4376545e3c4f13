package io.evomoe.kernel;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Basic array operations of layers: create, clear and copy arrays, compute element by element, and
 * transfer numbers between host and device. Layers must use these instead of ND4J's methods,
 * because only kernels know in which memory arrays are.
 */
public interface ArrayKernels {

  /** Returns the type of every floating-point array of these kernels. */
  DataType dataType();

  /** Returns zeros, in the current workspace. */
  default INDArray zeros(long... shape) {
    INDArray made = Nd4j.createUninitialized(dataType(), shape);
    clear(made);
    return made;
  }

  /** Computes {@code x = 0}. */
  default void clear(INDArray x) {
    if (!x.isEmpty()) {
      x.assign(0);
    }
  }

  /**
   * Returns a copy without gaps, in the current workspace.
   *
   * @param x may be a view
   */
  default INDArray copy(INDArray x) {
    INDArray made = Nd4j.createUninitialized(x.dataType(), x.shape());
    copyInto(x, made);
    return made;
  }

  /**
   * Computes {@code into = x}, same shape.
   *
   * @param x may be a view, like {@code into}
   */
  default void copyInto(INDArray x, INDArray into) {
    if (!x.isEmpty()) {
      into.assign(x);
    }
  }

  /** Computes {@code x *= factor}. */
  default void scale(INDArray x, double factor) {
    if (!x.isEmpty()) {
      x.muli(factor);
    }
  }

  /** Returns {@code a * b} element by element, same shape. */
  default INDArray times(INDArray a, INDArray b) {
    INDArray product = copy(a);
    if (!product.isEmpty()) {
      product.muli(b);
    }
    return product;
  }

  /** Returns {@code a + b}, same shape. */
  INDArray add(INDArray a, INDArray b);

  /** Computes {@code a += b}, same shape. */
  void addInto(INDArray a, INDArray b);

  /**
   * Applies inverted dropout: element i is kept with probability {@code 1 - rate} and divided by
   * it. The choice depends only on the seed and i, so the same call on a gradient is the backward
   * pass.
   */
  INDArray dropout(INDArray x, double rate, long seed);

  /** Returns the elements of an array in C order, as doubles on the host. */
  default double[] read(INDArray array) {
    return array.reshape(array.length()).toDoubleVector();
  }

  /** Returns the result of {@link #read} for each array. The host waits once for all of them. */
  default List<double[]> readAll(List<INDArray> arrays) {
    return arrays.stream().map(this::read).toList();
  }

  /** Returns an array of {@link #dataType()} with the given host values in C order. */
  default INDArray write(double[] values, long... shape) {
    return Nd4j.createFromArray(values).castTo(dataType()).reshape('c', shape);
  }
}
