package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.DropoutMask;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the tensors of this process are, and all that is done otherwise on a card than on the CPU:
 * what a card does stands beside what the CPU does for it. The rest of the kernels is the same
 * code.
 *
 * <p>On a card ND4J's arrays lie in memory that host and card share ({@link ManagedMemory}), and a
 * kernel is waited for when it returns, because host code may read its result by any way.
 */
final class Place {
  private static final Place ON_CPU = new Place(false, null, null);

  /** Probabilities of attention that are a piece of the work. */
  private static final long ATTENTION_ON_CPU = 1L << 17;

  private static final long ATTENTION_APART = 1L << 26;

  private static volatile Place current = ON_CPU;

  private final boolean apart;
  private final @Nullable OwnMemory memory;
  private final @Nullable Cuda cuda;

  /**
   * A place.
   *
   * @param apart whether the processor is another than that of the host: it is given work as a
   *     whole, by one thread, and copies of what the host has outside of ND4J's arrays
   * @param memory in which all arrays must lie; null for any
   * @param cuda the card; null for the CPU
   */
  Place(boolean apart, @Nullable OwnMemory memory, @Nullable Cuda cuda) {
    this.apart = apart;
    this.memory = memory;
    this.cuda = cuda;
  }

  static Place current() {
    return current;
  }

  /** For all kernels of the process, from now on. */
  static synchronized void become(Place place) {
    current = place;
  }

  /** Takes a device that was not refused: for good, and once. */
  static synchronized void take(Device device) {
    boolean card = device.kind() == Device.Kind.CUDA;
    if (card && current.cuda == null) {
      OwnMemory memory = OwnMemory.ofNd4j().orElseThrow();
      current = new Place(true, memory, new Cuda(device.index(), CudaOptions.here()));
    }
  }

  /** The card that was taken; null where none was. */
  @Nullable Cuda cuda() {
    return cuda;
  }

  /** Whether a kernel's work is not cut into pieces. */
  boolean isWhole() {
    return apart;
  }

  long attentionAtATime() {
    return apart ? ATTENTION_APART : ATTENTION_ON_CPU;
  }

  TensorOptions options(ScalarType type) {
    TensorOptions options = new TensorOptions(type);
    return cuda == null ? options : options.device(new DeviceOptional(cuda.device()));
  }

  /** A tensor over memory of the host's alone, or a copy of it where the kernels compute. */
  Tensor fromHost(Tensor own) {
    return apart
        ? own.to(options(own.scalar_type()), false, true, new MemoryFormatOptional())
        : own;
  }

  /** Refuses an address that a card cannot read. */
  void requireReadable(long address) {
    if (memory != null && !memory.holds(address)) {
      throw new IllegalStateException(
          "an array lies outside of the memory that host and card share: it was made before the kernels were chosen");
    }
  }

  /** An operand of a product, rounded to bfloat16; the CPU has no product that takes such. */
  Tensor rounded(Tensor a) {
    Tensor narrow = a.toType(ScalarType.BFloat16);
    return cuda == null ? narrow.toType(ScalarType.Float) : narrow;
  }

  /** {@code into = a b} for operands of any type. */
  void multiply(Tensor into, Tensor a, Tensor b) {
    if (isRounded(a)) {
      torch.mm_out(into, a, b, ScalarType.Float);
    } else {
      torch.mm_out(into, a, b);
    }
  }

  /** {@code into = beta into + a b}. */
  void multiplyAndAdd(Tensor into, Tensor a, Tensor b, double beta) {
    if (isRounded(a)) {
      into.mul_(new Scalar(beta)).add_(torch.mm(a, b, ScalarType.Float));
    } else {
      into.addmm_(a, b, new Scalar(beta), new Scalar(1.0));
    }
  }

  /** {@code into = a b + bias}. */
  void multiplyAndShift(Tensor into, Tensor a, Tensor b, Tensor bias) {
    if (isRounded(a)) {
      torch.mm_out(into, a, b, ScalarType.Float);
      into.add_(bias);
    } else {
      torch.addmm_out(into, bias, a, b);
    }
  }

  /** {@code y = mask x}: by a kernel from the same counters, or by the loop in Java. */
  void dropout(INDArray x, double rate, long seed, INDArray y) {
    DropoutMask mask = new DropoutMask(rate, seed);
    if (x.isEmpty()) {
      return;
    }
    if (cuda == null) {
      Dropout.onHost(x, mask, y);
    } else {
      requireReadable(Tensors.element(x, 0).address());
      requireReadable(Tensors.element(y, 0).address());
      cuda.dropout(x, rate, seed, y);
      finish();
    }
  }

  /** Waits until all that was asked for is there. */
  void finish() {
    if (cuda != null) {
      cuda.synchronize();
    }
  }

  private static boolean isRounded(Tensor a) {
    return a.scalar_type() == ScalarType.BFloat16;
  }
}
