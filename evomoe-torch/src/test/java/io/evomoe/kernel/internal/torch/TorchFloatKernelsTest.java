package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.KernelsContract;
import io.evomoe.kernel.Precision;
import org.nd4j.linalg.api.buffer.DataType;

class TorchFloatKernelsTest extends KernelsContract {
  private final Kernels kernels = TorchKernelsHere.of(DataType.FLOAT, Precision.F32);

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
