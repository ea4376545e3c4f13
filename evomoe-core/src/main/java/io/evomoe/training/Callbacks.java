package io.evomoe.training;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells all callbacks, and treats an exception of one as a request to stop. */
final class Callbacks {
  private final List<Callback> all;
  private final Training training;
  private @Nullable Throwable thrown;

  Callbacks(List<Callback> all, Training training) {
    this.all = all;
    this.training = training;
  }

  void tell(Consumer<Callback> event) {
    for (Callback callback : all) {
      try {
        event.accept(callback);
      } catch (RuntimeException | Error e) {
        thrown = thrown == null ? e : thrown;
        training.requestStop();
      }
    }
  }

  boolean failed() {
    return thrown != null;
  }

  /**
   * Tells the error, if any, and the end, and throws the error.
   *
   * @param failure failure of the training itself
   */
  void end(@Nullable Throwable failure) {
    Throwable error = failure == null ? thrown : failure;
    if (error != null) {
      tell(callback -> callback.onError(error, training));
    }
    tell(callback -> callback.onEnd(training));
    Throwable last = failure == null ? thrown : failure;
    if (last != null && thrown != null && thrown != last) {
      last.addSuppressed(thrown);
    }
    if (last instanceof RuntimeException exception) {
      throw exception;
    }
    if (last instanceof Error fatal) {
      throw fatal;
    }
  }
}
