package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.AdamWStep;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * AdamW as PyTorch computes it: decay first, then {@code lr (m / c1) / (sqrt(v / c2) + epsilon)}.
 */
final class AdamW {
  private AdamW() {}

  static void update(
      INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {
    INDArray g = gradient.mul(step.gradientScale());
    moment1.muli(step.beta1()).addi(g.mul(1 - step.beta1()));
    moment2.muli(step.beta2()).addi(g.muli(g).muli(1 - step.beta2()));
    value.muli(1 - step.learningRate() * step.weightDecay());
    INDArray root = Transforms.sqrt(moment2.div(step.correction2()), false);
    INDArray change = moment1.mul(step.learningRate() / step.correction1());
    value.subi(change.divi(root.addi(step.epsilon())));
  }
}
