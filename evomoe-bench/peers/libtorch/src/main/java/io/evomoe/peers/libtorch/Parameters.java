package io.evomoe.peers.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes the parameters of a model, in the order in which the peer in Python draws them, so that the
 * same seed gives both the same weights. They outlive every scope.
 */
final class Parameters {
  private static final double DEVIATION = 0.02;

  private final List<Tensor> all = new ArrayList<>();

  /** Normally distributed. */
  Tensor drawn(long... shape) {
    return kept(torch.empty(shape).normal_(0, DEVIATION, new GeneratorOptional()));
  }

  /** The same number everywhere. */
  Tensor filled(double value, long... shape) {
    return kept(torch.full(shape, new Scalar(value)));
  }

  private Tensor kept(Tensor tensor) {
    tensor.set_requires_grad(true);
    all.add(tensor);
    return tensor;
  }

  List<Tensor> all() {
    return List.copyOf(all);
  }
}
