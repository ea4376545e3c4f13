package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row of doubles a token, on the host: logits, probabilities, weights and masks [S, E], and their
 * gradients. Gates compute on these in plain loops, where S E numbers cost less than one call of a
 * kernel.
 */
public final class TokenMatrix {
  private final int tokens;
  private final int columns;
  private final double[] values;

  /** All zeros, [tokens, columns]. */
  public TokenMatrix(int tokens, int columns) {
    this(tokens, columns, new double[Math.multiplyExact(tokens, columns)]);
  }

  private TokenMatrix(int tokens, int columns, double[] values) {
    this.tokens = tokens;
    this.columns = columns;
    this.values = values;
  }

  /** A copy of what kernels have computed. */
  public static TokenMatrix of(Kernels kernels, INDArray matrix) {
    return of(matrix, kernels.read(matrix));
  }

  /** Copies of several, for which the host waits once. */
  public static List<TokenMatrix> of(Kernels kernels, List<INDArray> matrices) {
    List<double[]> values = kernels.readAll(matrices);
    return IntStream.range(0, matrices.size())
        .mapToObj(i -> of(matrices.get(i), values.get(i)))
        .toList();
  }

  /** A copy of a matrix that comes from no kernel. */
  public static TokenMatrix of(INDArray matrix) {
    return of(matrix, matrix.reshape(matrix.length()).toDoubleVector());
  }

  private static TokenMatrix of(INDArray matrix, double[] values) {
    return new TokenMatrix(
        Math.toIntExact(matrix.size(0)), Math.toIntExact(matrix.size(1)), values);
  }

  /** The gradient of each assignment's weight at its token and expert [S, E]; 0 elsewhere. */
  public static TokenMatrix ofWeights(Routing routing, RoutingGradient gradient) {
    TokenMatrix matrix = new TokenMatrix(routing.tokenCount(), routing.experts());
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        matrix.set(routing.token(i), e, gradient.weight(i));
      }
    }
    return matrix;
  }

  /** S, padding included. */
  public int tokens() {
    return tokens;
  }

  /** Numbers in a row: E, where a column is an expert. */
  public int columns() {
    return columns;
  }

  /** The number in row s and column e. */
  public double get(int s, int e) {
    return values[s * columns + e];
  }

  /** Writes the number in row s and column e. */
  public void set(int s, int e, double value) {
    values[s * columns + e] = value;
  }

  /** Adds to the number in row s and column e. */
  public void add(int s, int e, double value) {
    values[s * columns + e] += value;
  }

  /** The column of the largest number in row s; the lowest such column. */
  public int argMax(int s) {
    int best = 0;
    for (int e = 1; e < columns; e++) {
      if (get(s, e) > get(s, best)) {
        best = e;
      }
    }
    return best;
  }

  /**
   * The columns of the {@code count} largest numbers in row s, the largest first; of equal numbers
   * the lowest column first.
   *
   * @param count at most {@link #columns()}
   */
  public int[] largest(int s, int count) {
    int[] order = new int[count];
    boolean[] taken = new boolean[columns];
    for (int rank = 0; rank < count; rank++) {
      int best = -1;
      for (int e = 0; e < columns; e++) {
        if (!taken[e] && (best < 0 || get(s, e) > get(s, best))) {
          best = e;
        }
      }
      taken[best] = true;
      order[rank] = best;
    }
    return order;
  }

  /** A copy. */
  public TokenMatrix copy() {
    return new TokenMatrix(tokens, columns, values.clone());
  }

  /** The product with {@code other}, element by element, as a new matrix. */
  public TokenMatrix times(TokenMatrix other) {
    TokenMatrix product = copy();
    for (int i = 0; i < values.length; i++) {
      product.values[i] *= other.values[i];
    }
    return product;
  }

  /** Whether no number is infinite or not a number. */
  public boolean isFinite() {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** An array for kernels, in the current workspace. */
  public INDArray toArray(Kernels kernels) {
    return kernels.write(values, tokens, columns);
  }

  /** An array of the given type for no kernel, in the current workspace. */
  public INDArray toArray(DataType type) {
    return Nd4j.createFromArray(values).castTo(type).reshape('c', tokens, columns);
  }
}
