package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Provides oneDNN if ND4J keeps its arrays in main memory and oneDNN has a binary for this
 * platform.
 */
public final class OneDnnKernelProvider implements KernelProvider {
  static final String NAME = "onednn";

  /** Called by {@link java.util.ServiceLoader}. */
  public OneDnnKernelProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Optional<String> refusal(DataType type, Precision precision, Device device) {
    if (type != DataType.FLOAT) {
      return Optional.of("it computes in float32 only");
    }
    if (device.kind() != Device.Kind.CPU) {
      return Optional.of("it computes on the CPU only");
    }
    if (Device.ofNd4j() != Device.Kind.CPU) {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      return Optional.of("the ND4J backend is " + backend + ", not the CPU");
    }
    try {
      Dnnl.engine();
      return precision == Precision.BF16 && !Instructions.haveBf16()
          ? Optional.of("the CPU has no bfloat16 instructions")
          : Optional.empty();
    } catch (LinkageError | IllegalStateException e) {
      return Optional.of("oneDNN has no usable binary here (" + e + ")");
    }
  }

  @Override
  public String instructions() {
    return Instructions.inUse();
  }

  @Override
  public Kernels create(DataType type, Precision precision, Device device) {
    return new OneDnnKernels(precision);
  }
}
