package io.evomoe.models.gguf;

import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How a published tensor lies in a GGUF file.
 *
 * @param shape of what lies there, from the published one
 * @param values of what lies there; a view where that is possible
 */
record TensorLayout(UnaryOperator<long[]> shape, UnaryOperator<INDArray> values) {
  /** As it is published. */
  static final TensorLayout SAME =
      new TensorLayout(UnaryOperator.identity(), UnaryOperator.identity());

  /** [in, out] where [out, in] is wanted. */
  static final TensorLayout TRANSPOSED =
      new TensorLayout(shape -> new long[] {shape[1], shape[0]}, INDArray::transpose);

  /** The one row of a matrix. */
  static final TensorLayout ROW =
      new TensorLayout(shape -> new long[] {shape[1]}, row -> row.reshape(row.length()));

  /**
   * Rows of a head for a rotation of neighbours, (0, 1), (2, 3), ..., where those of Hugging Face
   * are for one of halves, (0, n/2), (1, n/2 + 1), ... ({@code permute} in llama.cpp's converter).
   *
   * @param heads whose rows lie one after the other
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
