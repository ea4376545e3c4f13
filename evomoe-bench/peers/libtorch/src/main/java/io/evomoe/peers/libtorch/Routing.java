package io.evomoe.peers.libtorch;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a gate decides of tokens [n].
 *
 * @param weights [n, experts]
 * @param mask [n, experts], whether an expert takes a token
 * @param best [n], the one expert of each token; null where a token may have more
 * @param balance loss that evens the load
 */
record Routing(Tensor weights, Tensor mask, Tensor best, Tensor balance) {
  private static final double BALANCE_COEFFICIENT = 0.01;
  private static final double DTS_THRESHOLD = 1e-3;

  /** Top-1 by the softmax of the logits (Fedus et al. 2021), dropless. */
  static Routing ofSwitch(Tensor logits) {
    Tensor p = torch.softmax(logits, 1);
    Tensor best = p.argmax(new LongOptional(1), false);
    Tensor mask = torch.one_hot(best, p.size(1));
    return new Routing(p, mask, best, balance(mask, p));
  }

  /** Dense-to-sparse gate (Nie et al. 2021): mask by a Gumbel softmax at a temperature. */
  static Routing ofDts(Tensor logits, double temperature, boolean hard) {
    Tensor mask;
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor noise = torch.empty_like(logits).exponential_().log_().neg();
      Tensor g = torch.softmax(logits.add(noise).div(new Scalar(temperature)), 1);
      mask = torch.one_hot(g.argmax(new LongOptional(1), false), g.size(1)).toType(ScalarType.Bool);
      if (!hard) {
        mask = mask.logical_or(g.gt(new Scalar(DTS_THRESHOLD)));
      }
    }
    Tensor p = torch.softmax(logits, 1);
    return new Routing(p, mask, null, balance(mask, p.mul(mask)));
  }

  private static Tensor balance(Tensor mask, Tensor weighted) {
    Tensor load = mask.toType(ScalarType.Float).mean(0);
    return load.mul(weighted.mean(0)).sum().mul(new Scalar(BALANCE_COEFFICIENT * mask.size(1)));
  }
}
