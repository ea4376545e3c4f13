package io.evomoe.nn;

import io.evomoe.random.CounterRandom;

/**
 * Random matrices with orthogonal rows, or with orthogonal columns if there are more rows than
 * columns (Saxe et al., arXiv 1312.6120, section 3).
 */
final class Orthogonal {
  private Orthogonal() {}

  /** Returns values in C order [rows, columns]. Each orthogonal vector has length {@code gain}. */
  static double[] matrix(CounterRandom random, double gain, int rows, int columns) {
    boolean wide = rows <= columns;
    double[][] basis = basis(random, Math.min(rows, columns), Math.max(rows, columns));
    double[] values = new double[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < values.length; i++) {
      int row = i / columns;
      int column = i % columns;
      values[i] = gain * (wide ? basis[row][column] : basis[column][row]);
    }
    return values;
  }

  private static double[][] basis(CounterRandom random, int count, int length) {
    double[][] basis = new double[count][length];
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < length; j++) {
        basis[k][j] = random.gaussian((long) k * length + j);
      }
      // Twice, because one pass loses digits to cancellation.
      project(basis, k);
      project(basis, k);
      scale(basis[k], 1 / Math.sqrt(dot(basis[k], basis[k])));
    }
    return basis;
  }

  private static void project(double[][] basis, int k) {
    for (int i = 0; i < k; i++) {
      double along = dot(basis[i], basis[k]);
      for (int j = 0; j < basis[k].length; j++) {
        basis[k][j] -= along * basis[i][j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static void scale(double[] vector, double factor) {
    for (int j = 0; j < vector.length; j++) {
      vector[j] *= factor;
    }
  }
}
