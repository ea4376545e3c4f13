package io.evomoe.kernel;

import org.junit.jupiter.api.BeforeEach;

class OneDnnKernelsTest extends KernelsContract {
  @BeforeEach
  void skip_where_one_dnn_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.F32);
  }

  @Override
  public Kernels kernels() {
    return UsableOneDnn.kernels(Precision.F32);
  }
}
