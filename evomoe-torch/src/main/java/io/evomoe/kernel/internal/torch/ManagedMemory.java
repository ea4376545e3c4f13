package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * ND4J's arrays in CUDA's managed memory. Host and card use the same addresses, and pages move to
 * the side that uses them. The total is limited to a share of the card's free memory at the start,
 * so that all of it fits there.
 */
public final class ManagedMemory extends OwnMemory {
  private static int offered = -1;

  private final int index = offered >= 0 ? offered : asked();
  private final long cap;

  /** For ND4J, which instantiates the class in the system property {@code native.ops}. */
  public ManagedMemory() {
    CudaFacts facts = CudaFacts.here();
    CudaOptions options = CudaOptions.here();
    facts
        .refusal(index, options)
        .ifPresent(
            problem -> {
              throw new IllegalStateException("arrays cannot lie in managed memory: " + problem);
            });
    cap = options.cap(facts.cards().get(index).freeBytes());
  }

  /** Makes ND4J use this class when it starts, unless the user selected another one. */
  static void offer(int card) {
    offered = card;
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, ManagedMemory.class.getName());
    }
  }

  /** Returns the card if ND4J starts before kernels are selected. */
  private static int asked() {
    String device = System.getProperty(KernelSelection.DEVICE_PROPERTY, "auto");
    return device.equals("auto") ? 0 : Device.parse(device).index();
  }

  @Override
  @Nullable Pointer take(long bytes) {
    return CudaRuntime.managed(index, bytes);
  }

  @Override
  void giveBack(Pointer memory) {
    CudaRuntime.free(memory);
  }

  @Override
  long cap() {
    return cap;
  }
}
