package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import io.evomoe.kernel.internal.torch.CudaFacts.CudaCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** Calls the CUDA runtime, whose libraries are known to load. */
final class CudaRuntime {
  private CudaRuntime() {}

  /** Adds the runtime's facts. */
  static CudaFacts ask(CudaFacts found) {
    int[] version = {0};
    List<CudaCard> cards = new ArrayList<>();
    Optional<String> failure = Optional.empty();
    try {
      NativeFolders.load(cudart.class);
      require(cudart.cudaDriverGetVersion(version));
      int[] count = {0};
      // An old driver rejects this call; its version already shows the reason.
      if (version[0] >= CudaFacts.CUDA) {
        require(cudart.cudaGetDeviceCount(count));
      }
      for (int i = 0; i < count[0]; i++) {
        cards.add(card(i));
      }
    } catch (LinkageError | IllegalStateException e) {
      failure = Optional.of(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    return found.with(failure, version[0], cards);
  }

  private static CudaCard card(int index) {
    try (cudaDeviceProp properties = new cudaDeviceProp();
        SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      require(cudart.cudaGetDeviceProperties(properties, index));
      require(cudart.cudaSetDevice(index));
      require(cudart.cudaMemGetInfo(free, total));
      return new CudaCard(
          properties.name().getString(), properties.major(), properties.minor(), free.get());
    }
  }

  /** Returns zeroed managed memory, or null if there is no more. */
  static @Nullable Pointer managed(int index, long bytes) {
    Pointer memory = new Pointer();
    require(cudart.cudaSetDevice(index));
    int result = cudart.cudaMallocManaged(memory, bytes, cudart.cudaMemAttachGlobal);
    if (result == cudart.cudaErrorMemoryAllocation) {
      return null;
    }
    require(result);
    require(cudart.cudaMemset(memory, 0, bytes));
    require(cudart.cudaDeviceSynchronize());
    return memory;
  }

  static void free(Pointer memory) {
    require(cudart.cudaFree(memory));
  }

  /**
   * Checks a result.
   *
   * @throws IllegalStateException with CUDA's message
   */
  static void require(int result) {
    if (result != cudart.cudaSuccess) {
      throw new IllegalStateException(
          "CUDA: " + cudart.cudaGetErrorString(result).getString() + " (" + result + ")");
    }
  }
}
