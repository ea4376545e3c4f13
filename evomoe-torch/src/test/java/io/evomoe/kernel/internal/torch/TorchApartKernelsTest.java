package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.KernelsContract;
import io.evomoe.kernel.Precision;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The way that kernels go on a card, on the CPU: work in one piece, copies of what the host gives,
 * and torch's deterministic algorithms alone. What is left to a card is who runs the operators.
 */
@Isolated
class TorchApartKernelsTest extends KernelsContract {
  private final Kernels kernels =
      new TorchKernelProvider().create(DataType.FLOAT, Precision.F32, Device.CPU);

  @BeforeEach
  void goApart() {
    Place.become(new Place(true, null, null));
    torch.globalContext().setDeterministicAlgorithms(true, false);
  }

  @AfterEach
  void comeBack() {
    Place.become(new Place(false, null, null));
    torch.globalContext().setDeterministicAlgorithms(false, false);
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }
}
