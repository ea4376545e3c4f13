package io.evomoe.training;

import io.evomoe.random.CounterRandom;

/** Points of a smooth function of {@link #WIDTH} numbers, drawn anew for each batch. */
public record TinyBatch(int rows, long seed) {
  /** Numbers that a point has. */
  public static final int WIDTH = 5;

  /** Batches of changing size, as sequences of changing length or routing would make them. */
  public static TinyBatch number(long index) {
    return new TinyBatch(8 + (int) (index % 3), index);
  }

  double[] inputs() {
    CounterRandom random = new CounterRandom(seed);
    double[] x = new double[rows * WIDTH];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.gaussian(i);
    }
    return x;
  }

  double[] targets() {
    double[] x = inputs();
    double[] y = new double[rows];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < WIDTH; i++) {
        y[row] += Math.sin(x[row * WIDTH + i] + i) / 2;
      }
    }
    return y;
  }
}
