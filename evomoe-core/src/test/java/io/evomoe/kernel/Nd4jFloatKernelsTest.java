package io.evomoe.kernel;

import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.api.buffer.DataType;

@Tag("long")
class Nd4jFloatKernelsTest extends KernelsContract {
  private final Kernels kernels = new Nd4jKernels(DataType.FLOAT);

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
