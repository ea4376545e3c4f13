package io.evomoe.moe;

import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tokens of a test as plain numbers: their rows [S, d], ids and padding. */
public final class TokenRows {
  /** d, the width of every row. */
  public static final int WIDTH = 5;

  /** Ids are below this. */
  public static final int VOCABULARY = 32;

  private final double[][] rows;
  private final int[] ids;
  private final boolean[] padding;

  private TokenRows(double[][] rows, int[] ids, boolean[] padding) {
    this.rows = rows;
    this.ids = ids;
    this.padding = padding;
  }

  /** Rows from N(0, scale) with ids from 0 to 31. */
  public static TokenRows random(int tokens, double scale) {
    CounterRandom random = new CounterRandom(11);
    double[][] rows = new double[tokens][WIDTH];
    int[] ids = new int[tokens];
    for (int s = 0; s < tokens; s++) {
      for (int j = 0; j < WIDTH; j++) {
        rows[s][j] = scale * random.gaussian((long) s * WIDTH + j);
      }
      ids[s] = s * 7 % VOCABULARY;
    }
    return new TokenRows(rows, ids, new boolean[tokens]);
  }

  /** One row for each axis named, {@code length} long along it; ids are the axes. */
  public static TokenRows onAxes(double length, int... axes) {
    double[][] rows = new double[axes.length][WIDTH];
    for (int s = 0; s < axes.length; s++) {
      rows[s][axes[s]] = length;
    }
    return new TokenRows(rows, axes.clone(), new boolean[axes.length]);
  }

  /** One row, the sum of those along the axes named. */
  public static TokenRows between(double length, int... axes) {
    double[] row = new double[WIDTH];
    for (int axis : axes) {
      row[axis] = length;
    }
    return new TokenRows(new double[][] {row}, new int[] {axes[0]}, new boolean[1]);
  }

  /** The given rows, filled up with zeros; ids count from 0. */
  public static TokenRows of(double[][] rows) {
    double[][] full =
        Arrays.stream(rows).map(row -> Arrays.copyOf(row, WIDTH)).toArray(double[][]::new);
    return new TokenRows(full, IntStream.range(0, rows.length).toArray(), new boolean[rows.length]);
  }

  /** These rows with other ids. */
  public TokenRows withIds(int... others) {
    return new TokenRows(rows, others.clone(), padding);
  }

  /** Row i is row {@code order[i]} of these. */
  public TokenRows select(int... order) {
    boolean[] selectedPadding = new boolean[order.length];
    for (int i = 0; i < order.length; i++) {
      selectedPadding[i] = padding[order[i]];
    }
    return new TokenRows(
        Arrays.stream(order).mapToObj(i -> rows[i]).toArray(double[][]::new),
        Arrays.stream(order).map(i -> ids[i]).toArray(),
        selectedPadding);
  }

  /** These with a row of padding before each at an even place and one at the end. */
  public TokenRows withPadding() {
    int[] places = IntStream.concat(Arrays.stream(realPlaces()), IntStream.of(-1)).toArray();
    int total = places[places.length - 2] + 2;
    double[][] padded = new double[total][];
    int[] paddedIds = new int[total];
    boolean[] paddedFlags = new boolean[total];
    Arrays.fill(paddedFlags, true);
    Arrays.setAll(padded, s -> new double[] {3, -2, 1, 4, -s});
    for (int s = 0; s < rows.length; s++) {
      padded[places[s]] = rows[s];
      paddedIds[places[s]] = ids[s];
      paddedFlags[places[s]] = false;
    }
    return new TokenRows(padded, paddedIds, paddedFlags);
  }

  /** Where {@link #withPadding()} puts each of these rows. */
  public int[] realPlaces() {
    return IntStream.range(0, rows.length).map(s -> s + s / 2 + 1).toArray();
  }

  /** S. */
  public int size() {
    return rows.length;
  }

  /** A new double array [S, d]. */
  public INDArray array() {
    return Nd4j.createFromArray(rows);
  }

  /** One sequence of them. */
  public TokenBatch batch() {
    return new TokenBatch(rows.length, ids, padding);
  }
}
