package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/** Collects {@link CudaFacts} of this machine once, and stops at the first missing requirement. */
final class CudaProbe {
  private static final String CODE =
      "/org/bytedeco/pytorch/" + CudaFacts.PLATFORM + "-gpu/libjnitorch_cuda.so";

  /**
   * Libraries that libtorch's GPU code and its presets need, and NVRTC, which compiles our kernel.
   */
  private static final List<String> LIBRARIES =
      List.of(
          "libcudart.so.13",
          "libcublas.so.13",
          "libcublasLt.so.13",
          "libcudnn.so.9",
          "libcufft.so.12",
          "libcurand.so.10",
          "libcusolver.so.12",
          "libcusolverMg.so.12",
          "libcusparse.so.12",
          "libcupti.so.13",
          "libcufile.so.0",
          "libnccl.so.2",
          "libnvrtc.so.13");

  private CudaProbe() {}

  /** Returns the facts of this machine and class path. */
  static CudaFacts facts() {
    return Asked.FACTS;
  }

  private static CudaFacts ask() {
    NativeFolders.prepare();
    String platform = Loader.getPlatform();
    boolean driver = platform.equals(CudaFacts.PLATFORM) && loads(CudaFacts.DRIVER);
    List<String> missing =
        driver ? LIBRARIES.stream().filter(library -> !loads(library)).toList() : List.of();
    boolean code = CudaProbe.class.getResource(CODE) != null;
    CudaFacts found =
        new CudaFacts(
            platform,
            driver,
            missing,
            code,
            Optional.empty(),
            0,
            List.of(),
            Optional.ofNullable(System.getenv("CUBLAS_WORKSPACE_CONFIG")));
    return driver && missing.isEmpty() && code ? CudaRuntime.ask(found) : found;
  }

  private static boolean loads(String library) {
    try {
      Loader.load(Loader.class);
      Loader.loadGlobal(library);
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }

  private static final class Asked {
    static final CudaFacts FACTS = ask();
  }
}
