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
  void update(int from, int to) {
    float[] value = new float[OneDnnArrayKernels.BLOCK];
    float[] gradient = value.clone();
    float[] first = value.clone();
    float[] second = value.clone();
    for (int i = from; i < to; i += OneDnnArrayKernels.BLOCK) {
      int size = Math.min(OneDnnArrayKernels.BLOCK, to - i);
      values.get(i, value, 0, size);
      gradients.get(i, gradient, 0, size);
      firsts.get(i, first, 0, size);
      seconds.get(i, second, 0, size);
      update(value, gradient, first, second, size);
      values.put(i, value, 0, size);
      firsts.put(i, first, 0, size);
      seconds.put(i, second, 0, size);
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
}
