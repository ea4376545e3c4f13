package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The tokens of a batch that are not padding, in order: all that a gate may look at. */
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

  /** Their token ids. */
  int[] ids() {
    return Arrays.stream(rows).map(batch::id).toArray();
  }

  /** Their rows of a matrix over the batch: the matrix itself where there is no padding. */
  TokenMatrix of(TokenMatrix matrix) {
    return rows.length == batch.size() ? matrix : matrix.rows(rows);
  }

  /**
   * Visits the row of each real token and the token's number among them, from 0; several threads
   * share them as those of {@link TokenMatrix#eachRow}.
   */
  void eachRow(TokenMatrix matrix, Visitor visitor) {
    int[] numbers = spread(IntStream.range(0, rows.length).toArray(), NO_NUMBER);
    matrix.eachRow(
        s -> {
          if (numbers[s] != NO_NUMBER) {
            visitor.visit(s, numbers[s]);
          }
        });
  }

  /** What to do with a row. */
  @FunctionalInterface
  interface Visitor {
    void visit(int token, int number);
  }

  /** A number for each real token as one for each token of the batch, {@code padding} elsewhere. */
  int[] spread(int[] ofReal, int padding) {
    int[] ofAll = new int[batch.size()];
    Arrays.fill(ofAll, padding);
    for (int i = 0; i < rows.length; i++) {
      ofAll[rows[i]] = ofReal[i];
    }
    return ofAll;
  }
}
