package io.evomoe.kernel;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What layers do with arrays as such: make, clear and copy them, compute element by element, and
 * bring numbers from and to the host. Layers do none of this by ND4J's own methods: where arrays
 * lie in another memory than the host's, only kernels know.
 */
public interface ArrayKernels {

  /** Type of every floating-point array these kernels take. */
  DataType dataType();

  /** Zeros, in the current workspace. */
  default INDArray zeros(long... shape) {
    INDArray made = Nd4j.createUninitialized(dataType(), shape);
    clear(made);
    return made;
  }

  /** {@code x = 0}. */
  default void clear(INDArray x) {
    if (!x.isEmpty()) {
      x.assign(0);
    }
  }

  /**
   * A copy without gaps, in the current workspace.
   *
   * @param x may be a view
   */
  default INDArray copy(INDArray x) {
    INDArray made = Nd4j.createUninitialized(x.dataType(), x.shape());
    copyInto(x, made);
    return made;
  }

  /**
   * {@code into = x}, same shape.
   *
   * @param x may be a view, as {@code into}
   */
  default void copyInto(INDArray x, INDArray into) {
    if (!x.isEmpty()) {
      into.assign(x);
    }
  }

  /** {@code x *= factor}. */
  default void scale(INDArray x, double factor) {
    if (!x.isEmpty()) {
      x.muli(factor);
    }
  }

  /** {@code a * b} element by element, same shape. */
  default INDArray times(INDArray a, INDArray b) {
    INDArray product = copy(a);
    if (!product.isEmpty()) {
      product.muli(b);
    }
    return product;
  }

  /** {@code a + b}, same shape. */
  INDArray add(INDArray a, INDArray b);

  /** {@code a += b}, same shape. */
  void addInto(INDArray a, INDArray b);

  /**
   * Inverted dropout: element i is kept with probability {@code 1 - rate} and divided by it. Which
   * are kept depends on the seed and i alone, so the same call on a gradient is the backward pass.
   */
  INDArray dropout(INDArray x, double rate, long seed);

  /** The elements of an array, on the host in double, in C order. */
  default double[] read(INDArray array) {
    return array.reshape(array.length()).toDoubleVector();
  }

  /** What {@link #read} gives of each array; the host waits once for all of them. */
  default List<double[]> readAll(List<INDArray> arrays) {
    return arrays.stream().map(this::read).toList();
  }

  /** An array of {@link #dataType()} with these elements from the host, in C order. */
  default INDArray write(double[] values, long... shape) {
    return Nd4j.createFromArray(values).castTo(dataType()).reshape('c', shape);
  }
}
