package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Offers libtorch on the CPU, to those who ask for it by name. */
public final class TorchKernelProvider implements KernelProvider {
  static final String NAME = "torch";

  /** For {@link java.util.ServiceLoader}. */
  public TorchKernelProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  /** oneDNN is faster where it runs, and ND4J's own kernels need nothing unpacked. */
  @Override
  public int priority() {
    return KernelProvider.BY_NAME_ALONE;
  }

  @Override
  public Optional<String> refusal(DataType type, Precision precision, Device device) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      return Optional.of("data type must be FLOAT or DOUBLE, was " + type);
    }
    if (precision == Precision.BF16 && type != DataType.FLOAT) {
      return Optional.of("bf16 rounds float32 alone");
    }
    Optional<String> problem = Libtorch.problem();
    if (problem.isPresent()) {
      return problem;
    }
    if (device.kind() != Device.Kind.CPU) {
      return Optional.of("it computes on the CPU only");
    }
    if (Device.ofNd4j() != Device.Kind.CPU) {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      return Optional.of("the ND4J backend is " + backend + ", not the CPU");
    }
    return Optional.empty();
  }

  @Override
  public Kernels create(DataType type, Precision precision, Device device) {
    Libtorch.problem()
        .ifPresent(
            problem -> {
              throw new IllegalStateException("kernels " + NAME + " cannot run here: " + problem);
            });
    return new TorchKernels(type, precision);
  }
}
