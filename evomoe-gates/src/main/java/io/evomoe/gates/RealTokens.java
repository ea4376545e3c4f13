package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;

/** The tokens of a batch that are not padding, in order. Gates read only these. */
final class RealTokens {
  private static final int NO_NUMBER = -1;

  private final TokenBatch batch;
  private final int[] rows;

  RealTokens(TokenBatch batch) {
    this.batch = batch;
    this.rows = batch.realRows();
  }

  int count() {
    return rows.length;
  }

  /** Returns their token ids. */
  int[] ids() {
    return Arrays.stream(rows).map(batch::id).toArray();
  }

  /** Returns their rows of a matrix over the batch. Without padding, it is the matrix itself. */
  TokenMatrix of(TokenMatrix matrix) {
    return rows.length == batch.size() ? matrix : matrix.rows(rows);
  }

  /**
   * Adds a random number to each element of their rows. Draws are numbered by real tokens, so
   * padding changes no draw.
   *
   * @param draw returns the number of a draw
   */
  void addDraws(TokenMatrix matrix, LongToDoubleFunction draw) {
    int[] numbers = spread(IntStream.range(0, rows.length).toArray(), NO_NUMBER);
    int columns = matrix.columns();
    matrix.eachRow(
        s -> {
          if (numbers[s] != NO_NUMBER) {
            for (int j = 0; j < columns; j++) {
              matrix.add(s, j, draw.applyAsDouble((long) numbers[s] * columns + j));
            }
          }
        });
  }

  /**
   * Expands a number for each real token to all tokens of the batch, with {@code padding}
   * elsewhere.
   */
  int[] spread(int[] ofReal, int padding) {
    int[] ofAll = new int[batch.size()];
    Arrays.fill(ofAll, padding);
    for (int i = 0; i < rows.length; i++) {
      ofAll[rows[i]] = ofReal[i];
    }
    return ofAll;
  }
}
