package io.evomoe.nn;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The workspace that is current when this is made: where arrays go that must outlive the workspaces
 * opened inside it. Where there is none, they are made outside of workspaces.
 */
final class OuterWorkspace {
  private final @Nullable MemoryWorkspace outer = Nd4j.getMemoryManager().getCurrentWorkspace();

  /** Makes something there. */
  <T> T make(Supplier<T> maker) {
    try (MemoryWorkspace ignored =
        outer == null
            ? Nd4j.getMemoryManager().scopeOutOfWorkspaces()
            : outer.notifyScopeBorrowed()) {
      return maker.get();
    }
  }
}
