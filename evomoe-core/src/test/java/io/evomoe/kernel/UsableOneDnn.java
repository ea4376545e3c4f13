package io.evomoe.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.kernel.internal.onednn.OneDnnKernelProvider;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** oneDNN's kernels for tests, which are skipped where they cannot run. */
public final class UsableOneDnn {
  private static final OneDnnKernelProvider PROVIDER = new OneDnnKernelProvider();

  private UsableOneDnn() {}

  /** Skips the test where they cannot run in this precision. */
  public static void assumeUsable(Precision precision) {
    Optional<String> refusal = PROVIDER.refusal(DataType.FLOAT, precision, Device.CPU);
    String what = precision == Precision.BF16 ? "bf16" : "oneDNN";
    assumeTrue(refusal.isEmpty(), () -> what + " is not used here: " + refusal.orElse(""));
  }

  /** Those of a precision. */
  public static Kernels kernels(Precision precision) {
    return PROVIDER.create(DataType.FLOAT, precision, Device.CPU);
  }
}
