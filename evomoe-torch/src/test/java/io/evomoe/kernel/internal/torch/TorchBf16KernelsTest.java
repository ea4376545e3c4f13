package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Bf16KernelsContract;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import org.nd4j.linalg.api.buffer.DataType;

class TorchBf16KernelsTest extends Bf16KernelsContract {
  private final Kernels kernels = TorchKernelsHere.of(DataType.FLOAT, Precision.BF16);

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
