package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Creates {@link Nd4jKernels}, for FLOAT and DOUBLE, on the device of ND4J's backend. It is the
 * fallback provider.
 */
public final class Nd4jKernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Nd4jKernels.NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<String> refusal(DataType type, Precision precision, Device device) {
    if (precision == Precision.BF16) {
      return Optional.of("it has no bfloat16 products");
    }
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      return Optional.of("data type must be FLOAT or DOUBLE, was " + type);
    }
    if (device.kind() != Device.ofNd4j()) {
      return Optional.of("the ND4J backend is " + Nd4j.getBackend().getClass().getSimpleName());
    }
    return device.index() == 0
        ? Optional.empty()
        : Optional.of("ND4J chooses among several GPUs itself");
  }

  @Override
  public Kernels create(DataType type, Precision precision, Device device) {
    return new Nd4jKernels(type);
  }
}
