package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import java.nio.FloatBuffer;

/** AdamW on one parameter, with its constants in float. */
final class AdamWLoop {
  private final FloatBuffer values;
  private final FloatBuffer gradients;
  private final FloatBuffer firsts;
  private final FloatBuffer seconds;
  private final float keep;
  private final float scale;
  private final float beta1;
  private final float oneMinusBeta1;
  private final float beta2;
  private final float oneMinusBeta2;
  private final float rate;
  private final float rootCorrection2;
  private final float epsilon;

  AdamWLoop(AdamWUpdate update) {
    values = Address.buffer(update.value());
    gradients = Address.buffer(update.gradient());
    firsts = Address.buffer(update.moment1());
    seconds = Address.buffer(update.moment2());
    AdamWStep step = update.step();
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

  /** Updates elements [from, to). */
  void update(int from, int to, Blocks blocks) {
    for (int i = from; i < to; i += OneDnnArrayKernels.BLOCK) {
      int size = Math.min(OneDnnArrayKernels.BLOCK, to - i);
      values.get(i, blocks.value, 0, size);
      gradients.get(i, blocks.gradient, 0, size);
      firsts.get(i, blocks.first, 0, size);
      seconds.get(i, blocks.second, 0, size);
      update(blocks.value, blocks.gradient, blocks.first, blocks.second, size);
      values.put(i, blocks.value, 0, size);
      firsts.put(i, blocks.first, 0, size);
      seconds.put(i, blocks.second, 0, size);
    }
  }

  private void update(float[] p, float[] g, float[] first, float[] second, int size) {
    for (int j = 0; j < size; j++) {
      float gradient = g[j] * scale;
      float m = first[j] * beta1 + oneMinusBeta1 * gradient;
      float v = second[j] * beta2 + oneMinusBeta2 * gradient * gradient;
      first[j] = m;
      second[j] = v;
      p[j] = p[j] * keep - rate * m / ((float) Math.sqrt(v) * rootCorrection2 + epsilon);
    }
  }

  /** The staging memory of a thread. */
  static final class Blocks {
    private final float[] value = new float[OneDnnArrayKernels.BLOCK];
    private final float[] gradient = new float[OneDnnArrayKernels.BLOCK];
    private final float[] first = new float[OneDnnArrayKernels.BLOCK];
    private final float[] second = new float[OneDnnArrayKernels.BLOCK];
  }
}
