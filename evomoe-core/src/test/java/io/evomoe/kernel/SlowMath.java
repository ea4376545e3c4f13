package io.evomoe.kernel;

/** Slow, obvious loops: what the kernels must compute. */
final class SlowMath {
  private SlowMath() {}

  static double[][] transpose(double[][] a) {
    double[][] result = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        result[j][i] = a[i][j];
      }
    }
    return result;
  }

  static double[][] multiply(double[][] a, double[][] b) {
    double[][] result = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int l = 0; l < b.length; l++) {
          result[i][j] += a[i][l] * b[l][j];
        }
      }
    }
    return result;
  }

  static double[][] addRow(double[][] a, double[] row) {
    double[][] result = new double[a.length][row.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < row.length; j++) {
        result[i][j] = a[i][j] + row[j];
      }
    }
    return result;
  }

  static double[][] add(double[][] a, double[][] b) {
    double[][] result = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      result[i] = add(a[i], b[i]);
    }
    return result;
  }

  static double[] add(double[] a, double[] b) {
    double[] result = a.clone();
    for (int i = 0; i < b.length; i++) {
      result[i] += b[i];
    }
    return result;
  }

  /** Element by element. */
  static double[] multiply(double[] a, double[] b) {
    double[] result = a.clone();
    for (int i = 0; i < b.length; i++) {
      result[i] *= b[i];
    }
    return result;
  }

  static double[] columnSums(double[][] a) {
    double[] sums = new double[a[0].length];
    for (double[] row : a) {
      for (int j = 0; j < sums.length; j++) {
        sums[j] += row[j];
      }
    }
    return sums;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double mean(double[] a) {
    double sum = 0;
    for (double value : a) {
      sum += value;
    }
    return sum / a.length;
  }

  static double variance(double[] a) {
    double mean = mean(a);
    double sum = 0;
    for (double value : a) {
      sum += (value - mean) * (value - mean);
    }
    return sum / a.length;
  }

  /** Softmax of the first {@code visible} elements; 0 for the others. */
  static double[] softmax(double[] a, int visible) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < visible; i++) {
      largest = Math.max(largest, a[i]);
    }
    double sum = 0;
    double[] result = new double[a.length];
    for (int i = 0; i < visible; i++) {
      result[i] = Math.exp(a[i] - largest);
      sum += result[i];
    }
    for (int i = 0; i < visible; i++) {
      result[i] /= sum;
    }
    return result;
  }

  static double normalDensity(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /** Standard normal distribution by its series (Marsaglia 2004): no cancellation. */
  static double normalDistribution(double x) {
    double term = Math.abs(x);
    double sum = term;
    for (int odd = 3; term > 0 && odd < 1000; odd += 2) {
      term *= x * x / odd;
      sum += term;
    }
    return 0.5 + Math.signum(x) * normalDensity(x) * sum;
  }
}
