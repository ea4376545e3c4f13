package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * Loads libtorch once, and reports why it cannot be loaded. Work is split among the threads of the
 * process ({@link Work}), because OpenBLAS threads compete with OpenMP's for cores.
 */
final class Libtorch {
  private static final String PRESETS = "org.bytedeco.pytorch.global.torch";
  private static final String BLAS = "org.bytedeco.openblas.global.openblas";

  private Libtorch() {}

  /** Returns the reason why libtorch is missing; empty if it is loaded. */
  static Optional<String> problem() {
    return Loaded.PROBLEM;
  }

  private static Optional<String> load() {
    ClassLoader loader = Libtorch.class.getClassLoader();
    Class<?> presets;
    try {
      presets = Class.forName(PRESETS, false, loader);
    } catch (ClassNotFoundException e) {
      return Optional.of("the jar of org.bytedeco:pytorch is not on the class path");
    }
    try {
      NativeFolders.load(presets);
      presets.getMethod("set_num_threads", int.class).invoke(null, 1);
      Class<?> blas = Class.forName(BLAS, false, loader);
      blas.getMethod("blas_set_num_threads", int.class).invoke(null, 1);
      return Optional.empty();
    } catch (LinkageError | ReflectiveOperationException e) {
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
