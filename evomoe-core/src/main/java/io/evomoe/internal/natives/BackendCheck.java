package io.evomoe.internal.natives;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Checks whether ND4J has a backend that can run. Call it before ND4J starts. With an unusable GPU,
 * ND4J itself prints a stack trace and then cannot be initialised any more.
 */
public final class BackendCheck {
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
   * @throws IllegalStateException with a one-sentence message if no backend can run
   */
  public static void requireUsable() {
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

  /** Returns whether ND4J can compute only on a GPU here. */
  public static boolean isForGpu() {
    return present(CUDA_BACKEND) && !present(CPU_BACKEND);
  }

  /**
   * Returns why the GPU cannot be used.
   *
   * @param cards installed cards, as far as known
   * @param runtimeFailure why the CUDA runtime finds no device, or empty if it finds one
   */
  static Optional<String> problem(List<NvidiaCard> cards, Optional<String> runtimeFailure) {
    String names = cards.stream().map(NvidiaCard::toString).collect(Collectors.joining(", "));
    if (cards.isEmpty()) {
      return runtimeFailure.map(
          failure -> NEEDS + "but no usable NVIDIA GPU or driver was found here");
    }
    return cards.stream().noneMatch(NvidiaCard::runsNd4j)
        ? Optional.of(NEEDS + "but this machine has " + names)
        : runtimeFailure.map(failure -> NEEDS + "but " + names + " is not usable: " + failure);
  }

  /** Returns why the CUDA runtime finds no device. */
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
