package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import org.nd4j.linalg.api.buffer.DataType;

/** Kernels on the device of this build, {@code -Devomoe.device}. */
final class TorchKernelsHere {
  private TorchKernelsHere() {}

  static Kernels of(DataType type, Precision precision) {
    TorchKernelProvider provider = new TorchKernelProvider();
    Device device = Device.parse(System.getProperty(KernelSelection.DEVICE_PROPERTY, "cpu"));
    provider.prepare(device);
    provider
        .refusal(type, precision, device)
        .ifPresent(
            why -> {
              throw new IllegalStateException(why);
            });
    return provider.create(type, precision, device);
  }
}
