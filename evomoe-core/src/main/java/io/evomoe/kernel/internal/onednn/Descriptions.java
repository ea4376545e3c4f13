package io.evomoe.kernel.internal.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;

/**
 * What this thread describes to oneDNN while it compiles a primitive. oneDNN copies what it is
 * given, and Java frees none of it.
 */
final class Descriptions {
  private static final ThreadLocal<List<Runnable>> OF_THREAD =
      ThreadLocal.withInitial(ArrayList::new);

  private Descriptions() {}

  /** One that is destroyed once the primitive is there. */
  static <T extends Pointer> T add(T description, Consumer<? super T> destroy) {
    OF_THREAD.get().add(() -> destroy.accept(description));
    return description;
  }

  /** Destroys all of this thread. */
  static void destroy() {
    List<Runnable> all = OF_THREAD.get();
    all.forEach(Runnable::run);
    all.clear();
  }
}
