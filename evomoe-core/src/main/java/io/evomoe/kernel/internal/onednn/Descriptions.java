package io.evomoe.kernel.internal.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;

/**
 * The oneDNN descriptions of this thread during the compilation of a primitive. oneDNN copies them,
 * and Java frees none of them.
 */
final class Descriptions {
  private static final ThreadLocal<List<Runnable>> OF_THREAD =
      ThreadLocal.withInitial(ArrayList::new);

  private Descriptions() {}

  /** Adds a description that is destroyed after the primitive was created. */
  static <T extends Pointer> T add(T description, Consumer<? super T> destroy) {
    OF_THREAD.get().add(() -> destroy.accept(description));
    return description;
  }

  /** Destroys all descriptions of this thread. */
  static void destroy() {
    List<Runnable> all = OF_THREAD.get();
    all.forEach(Runnable::run);
    all.clear();
  }
}
