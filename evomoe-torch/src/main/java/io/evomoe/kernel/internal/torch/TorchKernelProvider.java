package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Offers libtorch on the CPU and on NVIDIA cards, if selected by name. */
public final class TorchKernelProvider implements KernelProvider {
  static final String NAME = "torch";

  private static final String STARTED =
      "ND4J has started, and its arrays lie where no card can read them: ask for kernels before anything of ND4J's is used, or give Java -D%s=%s"
          .formatted(OwnMemory.PROPERTY, ManagedMemory.class.getName());

  private final Supplier<CudaFacts> facts;

  /** For {@link java.util.ServiceLoader}. */
  public TorchKernelProvider() {
    this(CudaFacts::here);
  }

  /** Uses the given facts instead of this machine's. */
  TorchKernelProvider(Supplier<CudaFacts> facts) {
    this.facts = facts;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** oneDNN is faster if it runs, and ND4J's own kernels need nothing unpacked. */
  @Override
  public int priority() {
    return KernelProvider.BY_NAME_ALONE;
  }

  /**
   * Places ND4J's arrays in memory that a card can read, if a card is usable.
   *
   * @throws IllegalArgumentException for an invalid system property
   */
  @Override
  public void prepare(Device device) {
    if (device.kind() == Device.Kind.CUDA && cudaRefusal(device).isEmpty()) {
      ManagedMemory.offer(device.index());
    }
  }

  @Override
  public Optional<String> refusal(DataType type, Precision precision, Device device) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      return Optional.of("data type must be FLOAT or DOUBLE, was " + type);
    }
    if (precision == Precision.BF16 && type != DataType.FLOAT) {
      return Optional.of("bf16 rounds float32 alone");
    }
    Optional<String> problem = problem(device);
    if (problem.isPresent()) {
      return problem;
    }
    if (Device.ofNd4j() != Device.Kind.CPU) {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      return Optional.of("the ND4J backend is " + backend + ", not the CPU");
    }
    return device.kind() == Device.Kind.CUDA && OwnMemory.ofNd4j().isEmpty()
        ? Optional.of(STARTED)
        : Optional.empty();
  }

  /** Checks requirements before ND4J starts. */
  private Optional<String> problem(Device device) {
    if (device.kind() == Device.Kind.CUDA) {
      return cudaRefusal(device).or(Libtorch::problem);
    }
    return Place.current().cuda() == null
        ? Libtorch.problem()
        : Optional.of("this process computes on a card already");
  }

  private Optional<String> cudaRefusal(Device device) {
    return facts.get().refusal(device.index(), CudaOptions.here());
  }

  @Override
  public Kernels create(DataType type, Precision precision, Device device) {
    Libtorch.problem()
        .ifPresent(
            problem -> {
              throw new IllegalStateException("kernels " + NAME + " cannot run here: " + problem);
            });
    Place.take(device);
    return new TorchKernels(type, precision);
  }
}
