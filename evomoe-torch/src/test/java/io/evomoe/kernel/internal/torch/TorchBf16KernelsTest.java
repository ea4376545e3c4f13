package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Bf16KernelsContract;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import org.nd4j.linalg.api.buffer.DataType;

class TorchBf16KernelsTest extends Bf16KernelsContract {
  private final Kernels kernels =
      new TorchKernelProvider().create(DataType.FLOAT, Precision.BF16, Device.CPU);

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
