package io.evomoe.kernel;

import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import org.nd4j.linalg.api.buffer.DataType;

class Nd4jDoubleKernelsTest extends KernelsContract {
  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
