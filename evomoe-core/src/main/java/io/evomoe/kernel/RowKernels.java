package io.evomoe.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What moves rows by their numbers, and what a router's probabilities need: tokens to their experts
 * and back, with all gradients of it. Nothing here is read on the host.
 */
public interface RowKernels extends ArrayKernels {

  /** Row {@code rows[i]} of x [n, d] at row i of the result [rows.length, d]. */
  INDArray gatherRows(INDArray x, int[] rows);

  /** The rows of x [n, d] that are listed, [A, d]. */
  default INDArray gatherRows(INDArray x, RoutedRows rows) {
    return gatherRows(x, rows.rows());
  }

  /** Adds row i of x [rows.length, d] to row {@code rows[i]} of {@code into}. */
  void scatterRowsInto(INDArray x, int[] rows, Accumulator into);

  /**
   * Weighted scatter: row s of the result is the sum over all i with {@code rows[i] = s} of {@code
   * weights[i] * x[i]}.
   *
   * @param x [rows.length, d]
   * @param n rows of the result
   * @return [n, d]; zero rows where no i points
   */
  INDArray combineRows(INDArray x, int[] rows, double[] weights, int n);

  /** The same with the rows and weights of a list; x [A, d]. */
  default INDArray combineRows(INDArray x, RoutedRows rows) {
    return combineRows(x, rows.rows(), rows.weights(), rows.n());
  }

  /** Backward of {@link #gatherRows(INDArray, RoutedRows)}: x [A, d] without weights, [n, d]. */
  default INDArray sumRows(INDArray x, RoutedRows rows) {
    double[] ones = new double[rows.length()];
    Arrays.fill(ones, 1);
    return combineRows(x, rows.rows(), ones, rows.n());
  }

  /**
   * Backward of {@link #combineRows} for x: row i is {@code weights[i] * dy[rows[i]]}.
   *
   * @param dy [n, d]
   * @return [rows.length, d]
   */
  INDArray spreadRows(INDArray dy, int[] rows, double[] weights);

  /** The same with the rows and weights of a list; dy [n, d]. */
  default INDArray spreadRows(INDArray dy, RoutedRows rows) {
    return spreadRows(dy, rows.rows(), rows.weights());
  }

  /**
   * Dot products {@code x[i] . y[rows[i]]} of rows: backward of {@link #combineRows} for the
   * weights.
   *
   * @param x [rows.length, d]
   * @param y [n, d]
   * @return [rows.length]
   */
  INDArray rowDots(INDArray x, INDArray y, int[] rows);

  /** The same with the rows of a list; x [A, d], y [n, d]. */
  default INDArray rowDots(INDArray x, INDArray y, RoutedRows rows) {
    return rowDots(x, y, rows.rows());
  }

  /**
   * Numbers of routed rows as a matrix: number i in the row and the group of i.
   *
   * @param values [A]
   * @return [n, groups]; 0 where nothing is listed
   */
  INDArray place(INDArray values, RoutedRows rows);

  /** The weights of routed rows as a matrix [n, groups]; 0 where nothing is listed. */
  default INDArray placeWeights(RoutedRows rows) {
    return rows.length() == 0
        ? zeros(rows.n(), rows.groups())
        : place(write(rows.weights(), rows.length()), rows);
  }

  /**
   * The rows of x where a row beside them says something.
   *
   * @param x [n, d]
   * @param beside [n, e]
   * @return [n, d]: row i of x where row i of the other has any number but 0, zeros elsewhere
   */
  INDArray rowsWhere(INDArray x, INDArray beside);

  /** Softmax of each row of x [n, d], of which none may be infinite. */
  INDArray softmax(INDArray x);

  /**
   * Backward of {@link #softmax}: {@code y_j (dy_j - sum_k y_k dy_k)} in each row.
   *
   * @param y what that gave, or rows of which some numbers are 0
   * @param dy of the same shape
   */
  INDArray softmaxGradient(INDArray y, INDArray dy);
}
