package io.evomoe.moe;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Routed.RoutingGradient;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A matrix of doubles on the host with one row for each token. It contains logits, probabilities,
 * weights or masks [S, E], or their gradients. Gates compute in plain loops over the numbers of a
 * row and loop over the rows with {@link #eachRow}.
 */
public final class TokenMatrix {
  /** Numbers per task. A matrix with fewer numbers is not worth a second thread. */
  private static final int GRAIN = 16 * 1024;

  /** Columns per task: two cache lines of each row. */
  private static final int COLUMN_GRAIN = 16;

  private final int tokens;
  private final int columns;
  private final double[] values;

  /** Creates a matrix of zeros [tokens, columns]. */
  public TokenMatrix(int tokens, int columns) {
    this(tokens, columns, new double[Math.multiplyExact(tokens, columns)]);
  }

  private TokenMatrix(int tokens, int columns, double[] values) {
    this.tokens = tokens;
    this.columns = columns;
    this.values = values;
  }

  /** Returns a copy of a result of kernels. */
  public static TokenMatrix of(Kernels kernels, INDArray matrix) {
    return of(matrix, kernels.read(matrix));
  }

  /** Returns copies of several matrices, with a single wait of the host. */
  public static List<TokenMatrix> of(Kernels kernels, List<INDArray> matrices) {
    List<double[]> values = kernels.readAll(matrices);
    return IntStream.range(0, matrices.size())
        .mapToObj(i -> of(matrices.get(i), values.get(i)))
        .toList();
  }

  /** Returns a copy of a matrix that no kernel computed. */
  public static TokenMatrix of(INDArray matrix) {
    return of(matrix, matrix.reshape(matrix.length()).toDoubleVector());
  }

  private static TokenMatrix of(INDArray matrix, double[] values) {
    return new TokenMatrix(
        Math.toIntExact(matrix.size(0)), Math.toIntExact(matrix.size(1)), values);
  }

  /**
   * Returns the gradient of each assignment's weight at its token and expert [S, E], 0 elsewhere.
   */
  public static TokenMatrix ofWeights(Routing routing, RoutingGradient gradient) {
    TokenMatrix matrix = new TokenMatrix(routing.tokenCount(), routing.experts());
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        matrix.set(routing.token(i), e, gradient.weight(i));
      }
    }
    return matrix;
  }

  /** Returns S, padding included. */
  public int tokens() {
    return tokens;
  }

  /** Returns the numbers per row, e.g. E. */
  public int columns() {
    return columns;
  }

  /** Returns the number in row s and column e. */
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
   * Runs the body once for each row s. Several threads share the rows of a large matrix. The body
   * must write only data of its own row; then no number depends on the threads.
   */
  public void eachRow(IntConsumer body) {
    Parallel.ranges(
        tokens,
        Math.max(1, GRAIN / Math.max(1, columns)),
        (from, to) -> {
          for (int s = from; s < to; s++) {
            body.accept(s);
          }
        });
  }

  /**
   * Runs the body for ranges that together contain all columns. Use it for sums over rows in their
   * order.
   */
  void eachColumns(Parallel.Range body) {
    Parallel.ranges(columns, values.length <= GRAIN ? columns : COLUMN_GRAIN, body);
  }

  /** Runs the body for ranges that together contain all of {@link #values}. */
  private void eachRange(Parallel.Range body) {
    Parallel.ranges(values.length, GRAIN, body);
  }

  /** Returns the live numbers, row after row, for loops over the whole matrix. */
  double[] values() {
    return values;
  }

  /** Returns the column of the largest number in row s. Ties go to the lowest column. */
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

  /**
   * Returns the columns of the numbers in row s that are above {@code bound}, in ascending order.
   */
  public int[] above(int s, double bound) {
    int row = s * columns;
    int[] found = new int[columns];
    int count = 0;
    for (int e = 0; e < columns; e++) { // always written, because a branch would be mispredicted
      found[count] = e;
      count += values[row + e] > bound ? 1 : 0;
    }
    return Arrays.copyOf(found, count);
  }

  /** Returns {@link #argMax(int)} of every row [S]. */
  public int[] argMax() {
    int[] best = new int[tokens];
    eachRow(s -> best[s] = argMax(s));
    return best;
  }

  /**
   * Returns the columns of the {@code count} largest numbers in row s, the largest first. Ties go
   * to the lowest column.
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

  /** Inserts column e before those in {@code order[0..last - 1]} that are smaller. */
  private void insert(int s, int e, int[] order, int last) {
    int rank = last;
    for (; rank > 0 && get(s, e) > get(s, order[rank - 1]); rank--) {
      order[rank] = order[rank - 1];
    }
    order[rank] = e;
  }

  /**
   * Returns the given rows as a new matrix.
   *
   * @param rows row indices, in the order of the result
   */
  public TokenMatrix rows(int[] rows) {
    TokenMatrix selected = new TokenMatrix(rows.length, columns);
    selected.eachRow(
        i -> System.arraycopy(values, rows[i] * columns, selected.values, i * columns, columns));
    return selected;
  }

  /** Returns a copy. */
  public TokenMatrix copy() {
    return new TokenMatrix(tokens, columns, values.clone());
  }

  /** Returns the element-wise product with {@code other} as a new matrix. */
  public TokenMatrix times(TokenMatrix other) {
    return each(i -> values[i] * other.values[i]);
  }

  /**
   * Applies the function to every number and returns a new matrix. Several threads may call the
   * function at the same time.
   */
  public TokenMatrix map(DoubleUnaryOperator function) {
    return each(i -> function.applyAsDouble(values[i]));
  }

  private TokenMatrix each(IntToDoubleFunction number) {
    TokenMatrix made = new TokenMatrix(tokens, columns);
    eachRange(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            made.values[i] = number.applyAsDouble(i);
          }
        });
    return made;
  }

  /** Returns whether all numbers are finite. */
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

  /** Returns an array for kernels, in the current workspace. */
  public INDArray toArray(Kernels kernels) {
    return kernels.write(values, tokens, columns);
  }

  /** Returns an array of the given type, not for kernels, in the current workspace. */
  public INDArray toArray(DataType type) {
    return Nd4j.createFromArray(values).castTo(type).reshape('c', tokens, columns);
  }
}
