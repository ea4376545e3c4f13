package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * The CUDA support of this machine and class path. If a requirement is missing, later ones are not
 * checked, and are empty or 0.
 *
 * @param platform JavaCPP's name of the platform
 * @param driver whether the driver's library loads
 * @param missing libraries that do not load
 * @param code whether the jars on the class path are those for GPUs
 * @param failure error of the CUDA runtime, if it cannot be called
 * @param driverVersion the newest CUDA version of the driver, 1000 major + 10 minor
 * @param cards in the order of the CUDA runtime
 * @param workspace the variable {@code CUBLAS_WORKSPACE_CONFIG}
 */
record CudaFacts(
    String platform,
    boolean driver,
    List<String> missing,
    boolean code,
    Optional<String> failure,
    int driverVersion,
    List<CudaCard> cards,
    Optional<String> workspace) {
  static final String PLATFORM = "linux-x86_64";
  static final String DRIVER = "libcuda.so.1";

  /** The CUDA version of the jar, in the driver's terms, and the first driver that supports it. */
  static final int CUDA = 13000;

  private static final String NEEDED = "CUDA 13 needs driver 580 or newer";

  /** With these workspace sizes, cuBLAS always adds in the same order. */
  private static final List<String> WORKSPACES = List.of(":4096:8", ":16:8");

  private static final long LEAST = 2L << 30;

  private static final String GPU_CODE =
      "/org/bytedeco/pytorch/" + PLATFORM + "-gpu/libjnitorch_cuda.so";

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

  /** Returns the facts of this machine and class path. */
  static CudaFacts here() {
    return Asked.FACTS;
  }

  private static CudaFacts ask() {
    NativeFolders.prepare();
    String platform = Loader.getPlatform();
    boolean driver = platform.equals(PLATFORM) && loads(DRIVER);
    List<String> missing =
        driver ? LIBRARIES.stream().filter(library -> !loads(library)).toList() : List.of();
    boolean code = CudaFacts.class.getResource(GPU_CODE) != null;
    Optional<String> workspace = Optional.ofNullable(System.getenv("CUBLAS_WORKSPACE_CONFIG"));
    CudaFacts found =
        new CudaFacts(platform, driver, missing, code, Optional.empty(), 0, List.of(), workspace);
    return driver && missing.isEmpty() && code ? CudaRuntime.ask(found) : found;
  }

  /** Returns these facts with those of the CUDA runtime. */
  CudaFacts with(Optional<String> failure, int driverVersion, List<CudaCard> cards) {
    return new CudaFacts(platform, driver, missing, code, failure, driverVersion, cards, workspace);
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

  /** Returns the first reason why a card cannot be used, in one sentence. */
  Optional<String> refusal(int index, CudaOptions options) {
    return machine()
        .or(() -> card(index))
        .or(() -> memory(index, options))
        .or(() -> order(options));
  }

  private Optional<String> machine() {
    if (!platform.equals(PLATFORM)) {
      return Optional.of("CUDA is supported on " + PLATFORM + " alone, this is " + platform);
    }
    if (!driver) {
      return Optional.of("no NVIDIA driver was found here: " + DRIVER + " does not load");
    }
    if (!missing.isEmpty()) {
      return Optional.of(
          "CUDA 13, cuDNN 9 and NCCL 2 must be on the loader's path, and of them %s %s not load"
              .formatted(String.join(", ", missing), missing.size() == 1 ? "does" : "do"));
    }
    if (!code) {
      return Optional.of(
          "the jar of org.bytedeco:pytorch on the class path is the one for the CPU, build with -Ptorch-cuda");
    }
    if (failure.isPresent()) {
      return Optional.of("the CUDA runtime cannot be used: " + failure.get());
    }
    if (driverVersion == 0) {
      return Optional.of("the CUDA runtime finds no driver that it can use");
    }
    if (driverVersion < CUDA) {
      return Optional.of(
          "the NVIDIA driver runs CUDA up to %d.%d, and %s"
              .formatted(driverVersion / 1000, driverVersion % 1000 / 10, NEEDED));
    }
    return Optional.empty();
  }

  private Optional<String> card(int index) {
    if (index >= cards.size()) {
      return Optional.of(
          cards.isEmpty()
              ? "the CUDA runtime lists no card"
              : "cards are numbered from 0 and there are %d, was %d"
                  .formatted(cards.size(), index));
    }
    CudaCard card = cards.get(index);
    return card.hasCode()
        ? Optional.empty()
        : Optional.of(
            "compute capability must be one of %s, for which libtorch has code, the card is %s"
                .formatted(CudaCard.CODE, card));
  }

  private Optional<String> memory(int index, CudaOptions options) {
    CudaCard card = cards.get(index);
    String free = CudaOptions.inGibi(card.freeBytes());
    if (card.freeBytes() < LEAST) {
      return Optional.of(
          "at least %s of the card's memory must be free, %s has %s"
              .formatted(CudaOptions.inGibi(LEAST), card, free));
    }
    long cap = options.cap(card.freeBytes());
    return cap < card.freeBytes()
        ? Optional.empty()
        : Optional.of(
            "%s must be below the %s that are free on %s, was %s"
                .formatted(CudaOptions.MEMORY, free, card, CudaOptions.inGibi(cap)));
  }

  private Optional<String> order(CudaOptions options) {
    if (options.fast() || workspace.filter(WORKSPACES::contains).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        "the variable CUBLAS_WORKSPACE_CONFIG must be %s for deterministic algorithms, was %s"
            .formatted(String.join(" or ", WORKSPACES), workspace.orElse("not set")));
  }

  /**
   * A card in the CUDA runtime's list.
   *
   * @param name such as {@code NVIDIA H100 80GB HBM3}
   * @param major of its compute capability
   * @param minor of its compute capability
   * @param freeBytes free memory
   */
  record CudaCard(String name, int major, int minor, long freeBytes) {
    /** The compute capabilities that libtorch's jar has code for, for messages. */
    static final String CODE = "7.5, 8.x, 9.0, 10.x and 12.x";

    /**
     * Whether libtorch's jar has code for it: 7.5, 8.0, 9.0, 10.0, 10.3, 12.0 and 12.1. Later minor
     * versions run this code as well.
     */
    boolean hasCode() {
      return switch (major) {
        case 7 -> minor >= 5;
        case 8, 9, 10, 12 -> true;
        default -> false;
      };
    }

    /** Returns name and compute capability: {@code NVIDIA H100 80GB HBM3 (9.0)}. */
    @Override
    public String toString() {
      return "%s (%d.%d)".formatted(name, major, minor);
    }
  }
}
