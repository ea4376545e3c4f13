package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * ND4J's arrays in CUDA's managed memory, which host and card address alike and whose pages move to
 * the side that uses them. Never more than a share of what was free on the card at the start, so
 * that all of it can lie there.
 */
public final class ManagedMemory extends OwnMemory {
  private static int offered = -1;

  private final int index = offered >= 0 ? offered : asked();
  private final long cap;

  /** For ND4J, which takes the class that the system property {@code native.ops} names. */
  public ManagedMemory() {
    CudaFacts facts = CudaProbe.facts();
    CudaOptions options = CudaOptions.here();
    facts
        .refusal(index, options)
        .ifPresent(
            problem -> {
              throw new IllegalStateException("arrays cannot lie in managed memory: " + problem);
            });
    cap = options.cap(facts.cards().get(index).freeBytes());
  }

  /** Has ND4J take it when it starts, unless something else was asked for. */
  static void offer(int card) {
    offered = card;
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, ManagedMemory.class.getName());
    }
  }

  /** Where ND4J starts before kernels are asked for. */
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
