package io.evomoe.kernel;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Operations on whole arrays and their rows. They create, clear and copy arrays, compute element by
 * element, and transfer numbers between host and device. Layers must use these instead of ND4J's
 * methods, because only kernels know in which memory arrays are.
 *
 * <p>Kernels that move rows by index bring tokens to their experts and back, with all gradients.
 * Those and the softmax of a router's logits read nothing on the host.
 */
interface ArrayKernels {

  /** Returns the type of every floating-point array of these kernels. */
  DataType dataType();

  /** Returns zeros, from {@link RepeatedArrays#create}. */
  default INDArray zeros(long... shape) {
    INDArray made = RepeatedArrays.create(dataType(), shape);
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
   * Returns a copy without gaps, from {@link RepeatedArrays#create}.
   *
   * @param x may be a view
   */
  default INDArray copy(INDArray x) {
    INDArray made = RepeatedArrays.create(x.dataType(), x.shape());
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

  /** Copies row {@code rows[i]} of x [n, d] to row i of the result [rows.length, d]. */
  INDArray gatherRows(INDArray x, int[] rows);

  /** Returns the listed rows of x [n, d], [A, d]. */
  default INDArray gatherRows(INDArray x, RoutedRows rows) {
    return gatherRows(x, rows.rows());
  }

  /** Adds row i of x [rows.length, d] to row {@code rows[i]} of {@code into}. */
  void scatterRowsInto(INDArray x, int[] rows, Accumulator into);

  /**
   * Computes a weighted scatter: row s of the result is the sum over all i with {@code rows[i] = s}
   * of {@code weights[i] * x[i]}.
   *
   * @param x [rows.length, d]
   * @param n number of rows of the result
   * @return [n, d]; rows without any i are zero
   */
  INDArray combineRows(INDArray x, int[] rows, double[] weights, int n);

  /** Does the same with the rows and weights of a list; x [A, d]. */
  default INDArray combineRows(INDArray x, RoutedRows rows) {
    return combineRows(x, rows.rows(), rows.weights(), rows.n());
  }

  /**
   * Computes the backward pass of {@link #gatherRows(INDArray, RoutedRows)}: sums x [A, d] without
   * weights to [n, d].
   */
  default INDArray sumRows(INDArray x, RoutedRows rows) {
    double[] ones = new double[rows.length()];
    Arrays.fill(ones, 1);
    return combineRows(x, rows.rows(), ones, rows.n());
  }

  /**
   * Computes the backward pass of {@link #combineRows} for x: row i is {@code weights[i] *
   * dy[rows[i]]}.
   *
   * @param dy [n, d]
   * @return [rows.length, d]
   */
  INDArray spreadRows(INDArray dy, int[] rows, double[] weights);

  /** Does the same with the rows and weights of a list; dy [n, d]. */
  default INDArray spreadRows(INDArray dy, RoutedRows rows) {
    return spreadRows(dy, rows.rows(), rows.weights());
  }

  /**
   * Computes the dot products {@code x[i] . y[rows[i]]} of rows: the backward pass of {@link
   * #combineRows} for the weights.
   *
   * @param x [rows.length, d]
   * @param y [n, d]
   * @return [rows.length]
   */
  INDArray rowDots(INDArray x, INDArray y, int[] rows);

  /** Does the same with the rows of a list; x [A, d], y [n, d]. */
  default INDArray rowDots(INDArray x, INDArray y, RoutedRows rows) {
    return rowDots(x, y, rows.rows());
  }

  /**
   * Writes values of routed rows into a matrix: value i in the row and the group of i.
   *
   * @param values [A]
   * @return [n, groups], 0 elsewhere
   */
  INDArray place(INDArray values, RoutedRows rows);

  /** Returns the weights of routed rows as a matrix [n, groups], 0 elsewhere. */
  default INDArray placeWeights(RoutedRows rows) {
    return rows.length() == 0
        ? zeros(rows.n(), rows.groups())
        : place(write(rows.weights(), rows.length()), rows);
  }

  /** Computes the softmax of each row of x [n, d]. No element may be infinite. */
  INDArray softmax(INDArray x);

  /**
   * Computes the backward pass of {@link #softmax}: {@code y_j (dy_j - sum_k y_k dy_k)} in each
   * row.
   *
   * @param y result of {@link #softmax}, or such rows with some elements set to 0
   * @param dy same shape as y
   */
  INDArray softmaxGradient(INDArray y, INDArray dy);
}
