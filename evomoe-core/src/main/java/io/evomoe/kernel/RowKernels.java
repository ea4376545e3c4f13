package io.evomoe.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels that move rows by index, and those for a router's probabilities. They move tokens to
 * their experts and back, with all gradients. Nothing is read on the host.
 */
public interface RowKernels extends ArrayKernels {

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

  /**
   * Returns the rows of x that have a nonzero value in a second matrix.
   *
   * @param x [n, d]
   * @param beside [n, e]
   * @return [n, d]: row i of x if row i of {@code beside} has a nonzero value, otherwise zeros
   */
  INDArray rowsWhere(INDArray x, INDArray beside);

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
