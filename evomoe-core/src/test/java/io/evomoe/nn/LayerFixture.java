package io.evomoe.nn;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What tests of layers share: double kernels, inputs, and passes. */
final class LayerFixture {
  static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  static final Initialization LARGE = new Initialization(0.5, 0.4);

  private LayerFixture() {}

  static Scope scope() {
    return Scope.root(3, KERNELS).child("layer");
  }

  static INDArray random(long seed, long... shape) {
    return RandomArrays.gaussian(DataType.DOUBLE, seed, shape);
  }

  /** A training pass over sequences of the given length. */
  static Pass pass(int sequences, int length) {
    return pass(TokenBatch.of(length, new int[sequences * length]));
  }

  static Pass pass(TokenBatch tokens) {
    return new Pass(new StepContext(0, Phase.SOFT, 1, true, 17), tokens);
  }

  /** The layer itself, with no parameter left at 0 or 1. */
  static <L extends Layer> L disturbed(L layer) {
    LayerGradientCheck.disturb(layer.parameters(), 0.3);
    return layer;
  }
}
