package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.KernelsContract;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import org.junit.jupiter.api.BeforeEach;
import org.nd4j.linalg.api.buffer.DataType;

/** The shapes of bfloat16 products in float32, because few machines have bfloat16 instructions. */
class Bf16ShapesTest extends KernelsContract {
  private final Kernels kernels =
      new OneDnnKernels(new Products(new Rounding(DataType.FLOAT), false));

  @BeforeEach
  void skip_where_one_dnn_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.F32);
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
