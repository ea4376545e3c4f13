package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelBase.DropoutMask;
import java.lang.ref.Reference;
import java.util.List;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The device of this process's tensors, with all operations that differ between a card and the CPU.
 * The rest of the kernels is the same code.
 *
 * <p>On a card ND4J's arrays are in memory that host and card share ({@link ManagedMemory}).
 * Kernels wait for their result, because host code may read it directly.
 *
 * @param apart whether the processor is not the host's: one thread then submits each kernel as a
 *     whole, and host memory outside of ND4J's arrays is copied
 * @param memory required memory of all arrays; null for any
 * @param cuda the card; null for the CPU
 */
record Place(boolean apart, @Nullable OwnMemory memory, @Nullable Cuda cuda) {
  /** Number of attention probabilities in one piece of work. */
  private static final long ATTENTION_ON_CPU = 1L << 17;

  private static final long ATTENTION_APART = 1L << 26;

  private static volatile Place current = new Place(false, null, null);

  static Place current() {
    return current;
  }

  /** Sets the place of all kernels in the process. */
  static synchronized void become(Place place) {
    current = place;
  }

  /** Selects a device that passed the checks, once and permanently. */
  static synchronized void take(Device device) {
    boolean card = device.kind() == Device.Kind.CUDA;
    if (card && current.cuda == null) {
      OwnMemory memory = OwnMemory.ofNd4j().orElseThrow();
      current = new Place(true, memory, new Cuda(device.index(), CudaOptions.here()));
    }
  }

  long attentionAtATime() {
    return apart ? ATTENTION_APART : ATTENTION_ON_CPU;
  }

  TensorOptions options(ScalarType type) {
    TensorOptions options = new TensorOptions(type);
    return cuda == null ? options : options.device(new DeviceOptional(cuda.device()));
  }

  /** Returns a tensor over host memory, or a copy of it on the card. */
  Tensor fromHost(Tensor own) {
    return apart
        ? own.to(options(own.scalar_type()), false, true, new MemoryFormatOptional())
        : own;
  }

  /** Rejects an address that a card cannot read. */
  void requireReadable(long address) {
    if (memory != null && !memory.holds(address)) {
      throw new IllegalStateException(
          "an array lies outside of the memory that host and card share: it was made before the kernels were chosen");
    }
  }

  /**
   * Returns an operand rounded to bfloat16; in float32 on the CPU, which lacks bfloat16 products.
   */
  Tensor rounded(Tensor a) {
    Tensor narrow = a.toType(ScalarType.BFloat16);
    return cuda == null ? narrow.toType(ScalarType.Float) : narrow;
  }

  /**
   * {@code into = beta into + a b} for operands of any type. The old content is not read if beta is
   * 0.
   */
  void multiply(Tensor into, Tensor a, Tensor b, double beta) {
    if (!isRounded(a)) {
      into.addmm_(a, b, new Scalar(beta), new Scalar(1.0));
    } else if (beta == 0) {
      torch.mm_out(into, a, b, ScalarType.Float);
    } else {
      into.mul_(new Scalar(beta)).add_(torch.mm(a, b, ScalarType.Float));
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

  /** Computes {@code y = mask x}: by a kernel with the same counters, or by the loop in Java. */
  void dropout(INDArray x, double rate, long seed, INDArray y) {
    DropoutMask mask = new DropoutMask(rate, seed);
    if (x.isEmpty()) {
      return;
    }
    if (cuda == null) {
      Work.each(
          x.length(),
          1,
          (tensors, from, count) -> {
            double[] factors = new double[count];
            mask.fill(factors, from);
            Tensor kept = tensors.of(factors, x.dataType());
            torch.mul_out(tensors.flat(y, from, count), tensors.flat(x, from, count), kept);
          });
    } else {
      requireReadable(Tensors.element(x, 0).address());
      requireReadable(Tensors.element(y, 0).address());
      try {
        cuda.dropout(x, rate, seed, y);
        finish();
      } finally {
        Reference.reachabilityFence(List.of(x, y));
      }
    }
  }

  /** Waits for all submitted work. */
  void finish() {
    if (cuda != null) {
      cuda.synchronize();
    }
  }

  private static boolean isRounded(Tensor a) {
    return a.scalar_type() == ScalarType.BFloat16;
  }

  /** A card that libtorch computes on. */
  static final class Cuda {
    private final byte index;
    private final org.bytedeco.pytorch.Device device;
    private final DropoutKernel dropout;

    /** Uses a card that passed the checks. */
    Cuda(int index, CudaOptions options) {
      NativeFolders.load(torch_cuda.class);
      this.index = (byte) index;
      device = new org.bytedeco.pytorch.Device(DeviceType.CUDA, this.index);
      torch_cuda.set_device(this.index);
      Context context = torch.globalContext();
      context.setAllowTF32CuBLAS(options.tf32());
      context.setAllowTF32CuDNN(options.tf32());
      context.setDeterministicAlgorithms(!options.fast(), false);
      // Operators write results completely, so uninitialized memory is never read.
      context.setDeterministicFillUninitializedMemory(false);
      dropout = new DropoutKernel(CudaFacts.here().cards().get(index));
    }

    org.bytedeco.pytorch.Device device() {
      return device;
    }

    void dropout(INDArray x, double rate, long seed, INDArray y) {
      torch_cuda.set_device(index);
      dropout.run(x, rate, seed, y);
    }

    /** Waits for all work on the card. */
    void synchronize() {
      torch_cuda.set_device(index);
      torch_cuda.device_synchronize();
    }
  }
}
