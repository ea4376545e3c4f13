package io.evomoe.kernel;

import io.evomoe.internal.natives.NativeFolders;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether ND4J has a backend that can run. Asked before ND4J itself is, which prints a stack trace
 * for a GPU that it cannot use and fails to initialise for good.
 */
final class BackendCheck {
  private static final String CUDA_BACKEND = "org.nd4j.linalg.jcublas.JCublasBackend";
  private static final String CPU_BACKEND = "org.nd4j.linalg.cpu.nativecpu.CpuBackend";
  private static final String CUDA_RUNTIME = "org.bytedeco.cuda.global.cudart";
  private static final String NEEDS =
      "this build computes on the GPU and needs an NVIDIA card of compute capability 3.7 to 8.6"
          + " (Kepler to Ampere; Ada runs its 8.6 code, Hopper cannot) with CUDA 11.6, ";

  private BackendCheck() {}

  /**
   * Starts ND4J.
   *
   * @throws IllegalStateException in one sentence, when it has no backend that can run
   */
  static void requireUsable() {
    NativeFolders.prepare();
    if (isForGpu()) {
      problem(NvidiaCard.installed(), cudaRuntime())
          .ifPresent(
              problem -> {
                throw new IllegalStateException(problem);
              });
    }
    try {
      Nd4j.getBackend();
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new IllegalStateException(
          "ND4J has no backend that can run here: org.nd4j:nd4j-native and its native classifier"
              + " for this platform must be on the class path",
          e);
    }
  }

  /** Whether ND4J can compute on a GPU alone here. */
  static boolean isForGpu() {
    return present(CUDA_BACKEND) && !present(CPU_BACKEND);
  }

  /**
   * Why the GPU cannot be used.
   *
   * @param cards that are there, as far as is known
   * @param runtimeFailure why the CUDA runtime finds no device, or empty when it does
   */
  static Optional<String> problem(List<NvidiaCard> cards, Optional<String> runtimeFailure) {
    String names = cards.stream().map(NvidiaCard::toString).collect(Collectors.joining(", "));
    if (!cards.isEmpty() && cards.stream().noneMatch(NvidiaCard::runsNd4j)) {
      return Optional.of(NEEDS + "but this machine has " + names);
    }
    return runtimeFailure.map(
        failure ->
            cards.isEmpty()
                ? NEEDS + "but no usable NVIDIA GPU or driver was found here"
                : NEEDS + "but " + names + " is not usable: " + failure);
  }

  /** Why the CUDA runtime finds no device. */
  private static Optional<String> cudaRuntime() {
    int[] devices = new int[1];
    try {
      Class.forName(CUDA_RUNTIME)
          .getMethod("cudaGetDeviceCount", int[].class)
          .invoke(null, (Object) devices);
    } catch (LinkageError | ReflectiveOperationException e) {
      return Optional.of(firstLine(e));
    }
    return devices[0] > 0 ? Optional.empty() : Optional.of("the CUDA runtime finds no device");
  }

  private static String firstLine(Throwable failure) {
    Throwable cause = failure.getCause();
    String message = (cause == null ? failure : cause).getMessage();
    return String.valueOf(message).lines().findFirst().orElse("");
  }

  private static boolean present(String name) {
    try {
      Class.forName(name, false, BackendCheck.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
