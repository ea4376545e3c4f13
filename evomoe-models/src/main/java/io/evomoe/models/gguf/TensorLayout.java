package io.evomoe.models.gguf;

import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The conversion of a published tensor's layout to GGUF.
 *
 * @param shape new shape from the published one
 * @param values new values from the published ones; a view if possible
 */
record TensorLayout(UnaryOperator<long[]> shape, UnaryOperator<INDArray> values) {
  /** The published layout. */
  static final TensorLayout SAME =
      new TensorLayout(UnaryOperator.identity(), UnaryOperator.identity());

  /** The transposed matrix. */
  static final TensorLayout TRANSPOSED =
      new TensorLayout(shape -> new long[] {shape[1], shape[0]}, INDArray::transpose);

  /** The one row of a matrix. */
  static final TensorLayout ROW =
      new TensorLayout(shape -> new long[] {shape[1]}, row -> row.reshape(row.length()));

  /**
   * Reorders the rows of each head. Hugging Face rotates the pairs (0, n/2), (1, n/2 + 1), ...;
   * llama.cpp rotates neighbours (0, 1), (2, 3), ... ({@code permute} in its converter).
   *
   * @param heads number of heads, whose rows follow each other
   */
  static TensorLayout neighbours(int heads) {
    return new TensorLayout(UnaryOperator.identity(), rows -> neighbours(rows, heads));
  }

  private static INDArray neighbours(INDArray rows, int heads) {
    long half = rows.size(0) / heads / 2;
    long columns = rows.length() / rows.size(0);
    return rows.dup('c')
        .reshape('c', heads, 2, half, columns)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape('c', rows.shape());
  }
}
