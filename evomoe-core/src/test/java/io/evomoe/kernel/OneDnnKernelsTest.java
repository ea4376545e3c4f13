package io.evomoe.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.kernel.internal.onednn.OneDnnKernelProvider;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.nd4j.linalg.api.buffer.DataType;

class OneDnnKernelsTest extends KernelsContract {
  private final OneDnnKernelProvider provider = new OneDnnKernelProvider();

  @BeforeEach
  void skip_where_one_dnn_cannot_run() {
    Optional<String> refusal = provider.refusal(DataType.FLOAT, Precision.F32, Device.CPU);
    assumeTrue(refusal.isEmpty(), () -> "oneDNN is not used here: " + refusal.orElse(""));
  }

  @Override
  public Kernels kernels() {
    return provider.create(DataType.FLOAT, Precision.F32, Device.CPU);
  }

  @Override
  public double tolerance() {
    return 1e-5;
  }
}
