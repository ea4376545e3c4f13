package io.evomoe.moe;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row of doubles a token, on the host: logits, probabilities, weights and masks [S, E], and their
 * gradients. Gates compute on these in plain loops over the numbers of a row, and leave the rows to
 * {@link #eachRow}.
 */
public final class TokenMatrix {
  /** Numbers in a piece of work; a matrix of no more is not worth a second thread. */
  private static final int GRAIN = 16 * 1024;

  /** Columns in a piece of work: two cache lines of each row. */
  private static final int COLUMN_GRAIN = 16;

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

  /**
   * Runs the body once for each row s; several threads share the rows of a large matrix. So the
   * body writes nothing but what belongs to its row: then no number depends on the threads.
   */
  public void eachRow(IntConsumer body) {
    eachBand(
        (from, to) -> {
          for (int s = from; s < to; s++) {
            body.accept(s);
          }
        });
  }

  /** Rows in a piece of work. */
  int band() {
    return Math.max(1, GRAIN / Math.max(1, columns));
  }

  /** Runs the body for all rows, {@link #band} of them at a time. */
  void eachBand(Parallel.Range body) {
    Parallel.ranges(tokens, band(), body);
  }

  /**
   * Runs the body for ranges of columns that make up all of them, for sums over the rows in their
   * order.
   */
  void eachColumns(Parallel.Range body) {
    Parallel.ranges(columns, values.length <= GRAIN ? columns : COLUMN_GRAIN, body);
  }

  /** Runs the body for ranges of {@link #values} that make up all of them. */
  private void eachRange(Parallel.Range body) {
    Parallel.ranges(values.length, GRAIN, body);
  }

  /** All numbers, row after row: the matrix itself, for loops that run over many. */
  double[] values() {
    return values;
  }

  /** The column of the largest number in row s; the lowest such column. */
  public int argMax(int s) {
    int row = s * columns;
    double most = values[row];
    int best = 0;
    for (int e = 1; e < columns; e++) {
      if (values[row + e] > most) {
        most = values[row + e];
        best = e;
      }
    }
    return best;
  }

  /** The columns of the numbers in row s that are above {@code bound}, from the lowest. */
  public int[] above(int s, double bound) {
    int row = s * columns;
    int[] found = new int[columns];
    int count = 0;
    for (int e = 0; e < columns; e++) { // written in any case: a branch would be guessed wrong
      found[count] = e;
      count += values[row + e] > bound ? 1 : 0;
    }
    return Arrays.copyOf(found, count);
  }

  /** {@link #argMax(int)} of every row [S]. */
  public int[] argMax() {
    int[] best = new int[tokens];
    eachRow(s -> best[s] = argMax(s));
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
    for (int e = 0; e < count; e++) {
      insert(s, e, order, e);
    }
    double least = count == 0 ? Double.POSITIVE_INFINITY : get(s, order[count - 1]);
    for (int e = count; e < columns; e++) {
      if (get(s, e) > least) {
        insert(s, e, order, count - 1);
        least = get(s, order[count - 1]);
      }
    }
    return order;
  }

  /** Puts column e before those in {@code order[0..last - 1]} that are smaller. */
  private void insert(int s, int e, int[] order, int last) {
    int rank = last;
    for (; rank > 0 && get(s, e) > get(s, order[rank - 1]); rank--) {
      order[rank] = order[rank - 1];
    }
    order[rank] = e;
  }

  /**
   * Some rows, as a new matrix.
   *
   * @param rows their numbers, in the order that they shall have
   */
  public TokenMatrix rows(int[] rows) {
    TokenMatrix selected = new TokenMatrix(rows.length, columns);
    selected.eachRow(
        i -> System.arraycopy(values, rows[i] * columns, selected.values, i * columns, columns));
    return selected;
  }

  /** A copy. */
  public TokenMatrix copy() {
    return new TokenMatrix(tokens, columns, values.clone());
  }

  /** The product with {@code other}, element by element, as a new matrix. */
  public TokenMatrix times(TokenMatrix other) {
    TokenMatrix product = new TokenMatrix(tokens, columns);
    eachRange(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            product.values[i] = values[i] * other.values[i];
          }
        });
    return product;
  }

  /** The function of every number, as a new matrix; several threads may call it at a time. */
  public TokenMatrix map(DoubleUnaryOperator function) {
    TokenMatrix mapped = new TokenMatrix(tokens, columns);
    eachRange(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            mapped.values[i] = function.applyAsDouble(values[i]);
          }
        });
    return mapped;
  }

  /** Whether no number is infinite or not a number. */
  public boolean isFinite() {
    AtomicBoolean finite = new AtomicBoolean(true);
    eachRange(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            if (!Double.isFinite(values[i])) {
              finite.set(false);
              return;
            }
          }
        });
    return finite.get();
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
