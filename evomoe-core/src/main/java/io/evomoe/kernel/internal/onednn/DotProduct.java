package io.evomoe.kernel.internal.onednn;

/** Dot products of staged rows: float32 products, partial sums added in double. */
final class DotProduct {
  private DotProduct() {}

  /**
   * Returns the dot product of the first {@code size} elements. It uses eight running sums, because
   * a single one would wait for itself.
   */
  static double of(float[] a, float[] b, int size) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int j = 0;
    for (; j + 7 < size; j += 8) {
      s0 += a[j] * b[j];
      s1 += a[j + 1] * b[j + 1];
      s2 += a[j + 2] * b[j + 2];
      s3 += a[j + 3] * b[j + 3];
      s4 += a[j + 4] * b[j + 4];
      s5 += a[j + 5] * b[j + 5];
      s6 += a[j + 6] * b[j + 6];
      s7 += a[j + 7] * b[j + 7];
    }
    double sum = (double) s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (; j < size; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }
}
