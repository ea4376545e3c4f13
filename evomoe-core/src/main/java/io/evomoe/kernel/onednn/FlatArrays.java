package io.evomoe.kernel.onednn;

import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.DropoutMask;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One-pass loops over whole arrays: AdamW, sum of squares, dropout. */
final class FlatArrays {
  /** Elements staged at a time: four arrays of it stay in the first-level cache. */
  private static final int BLOCK = 2048;

  private static final int GRAIN = 32 * BLOCK;

  private FlatArrays() {}

  static double sumOfSquares(INDArray x) {
    FloatBuffer buffer = Address.buffer(x);
    int n = Math.toIntExact(x.length());
    double[] partial = new double[(n + GRAIN - 1) / GRAIN];
    Parallel.ranges(
        n,
        GRAIN,
        (from, to) -> {
          float[] block = new float[BLOCK];
          double sum = 0;
          for (int i = from; i < to; i += BLOCK) {
            int size = Math.min(BLOCK, to - i);
            buffer.get(i, block, 0, size);
            sum += DotProduct.of(block, block, size);
          }
          partial[from / GRAIN] = sum;
        });
    double sum = 0;
    for (double part : partial) {
      sum += part;
    }
    return sum;
  }

  static void adamW(INDArray value, INDArray gradient, INDArray m, INDArray v, AdamWStep step) {
    FloatBuffer values = Address.buffer(value);
    FloatBuffer gradients = Address.buffer(gradient);
    FloatBuffer firsts = Address.buffer(m);
    FloatBuffer seconds = Address.buffer(v);
    AdamWLoop loop = new AdamWLoop(step);
    Parallel.ranges(
        Math.toIntExact(value.length()),
        GRAIN,
        (from, to) -> {
          float[] p = new float[BLOCK];
          float[] g = new float[BLOCK];
          float[] first = new float[BLOCK];
          float[] second = new float[BLOCK];
          for (int i = from; i < to; i += BLOCK) {
            int size = Math.min(BLOCK, to - i);
            values.get(i, p, 0, size);
            gradients.get(i, g, 0, size);
            firsts.get(i, first, 0, size);
            seconds.get(i, second, 0, size);
            loop.update(p, g, first, second, size);
            values.put(i, p, 0, size);
            firsts.put(i, first, 0, size);
            seconds.put(i, second, 0, size);
          }
        });
  }

  static void dropout(INDArray x, double rate, long seed, INDArray y) {
    FloatBuffer from = Address.buffer(x);
    FloatBuffer to = Address.buffer(y);
    DropoutMask mask = new DropoutMask(rate, seed);
    Parallel.ranges(
        Math.toIntExact(x.length()),
        GRAIN,
        (first, last) -> {
          float[] block = new float[BLOCK];
          for (int i = first; i < last; i += BLOCK) {
            int size = Math.min(BLOCK, last - i);
            from.get(i, block, 0, size);
            for (int j = 0; j < size; j++) {
              block[j] *= (float) mask.factor(i + j);
            }
            to.put(i, block, 0, size);
          }
        });
  }

  /** The arithmetic of one update, its constants in float. */
  private static final class AdamWLoop {
    private final float keep;
    private final float scale;
    private final float beta1;
    private final float oneMinusBeta1;
    private final float beta2;
    private final float oneMinusBeta2;
    private final float rate;
    private final float rootCorrection2;
    private final float epsilon;

    AdamWLoop(AdamWStep step) {
      keep = (float) (1 - step.learningRate() * step.weightDecay());
      scale = (float) step.gradientScale();
      beta1 = (float) step.beta1();
      oneMinusBeta1 = (float) (1 - step.beta1());
      beta2 = (float) step.beta2();
      oneMinusBeta2 = (float) (1 - step.beta2());
      rate = (float) (step.learningRate() / step.correction1());
      rootCorrection2 = (float) (1 / Math.sqrt(step.correction2()));
      epsilon = (float) step.epsilon();
    }

    void update(float[] p, float[] g, float[] first, float[] second, int size) {
      for (int j = 0; j < size; j++) {
        float gradient = g[j] * scale;
        float m = first[j] * beta1 + oneMinusBeta1 * gradient;
        float v = second[j] * beta2 + oneMinusBeta2 * gradient * gradient;
        first[j] = m;
        second[j] = v;
        p[j] = p[j] * keep - rate * m / ((float) Math.sqrt(v) * rootCorrection2 + epsilon);
      }
    }
  }
}
