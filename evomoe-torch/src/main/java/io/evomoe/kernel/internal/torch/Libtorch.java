package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, and reports why it cannot be loaded. Work is split among the threads of the
 * process ({@link Work}), because OpenBLAS threads compete with OpenMP's for cores.
 */
final class Libtorch {
  private Libtorch() {}

  /** Returns the reason why libtorch is missing; empty if it is loaded. */
  static Optional<String> problem() {
    return Loaded.PROBLEM;
  }

  private static Optional<String> load() {
    try {
      NativeFolders.load(torch.class);
      torch.set_num_threads(1);
      openblas.blas_set_num_threads(1);
      return Optional.empty();
    } catch (NoClassDefFoundError e) {
      return Optional.of("the jar of org.bytedeco:pytorch is not on the class path");
    } catch (LinkageError e) {
      return Optional.of(
          "libtorch does not load on %s, for which org.bytedeco:pytorch and org.bytedeco:openblas need jars of that classifier (%s)"
              .formatted(Loader.getPlatform(), reason(e)));
    }
  }

  /** Returns the first line, without the searched folders. */
  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElse("").replaceFirst(" in java.library.path:.*", "");
  }

  private static final class Loaded {
    static final Optional<String> PROBLEM = load();
  }
}
