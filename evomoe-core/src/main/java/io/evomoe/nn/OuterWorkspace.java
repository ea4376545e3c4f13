package io.evomoe.nn;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The workspace that is current at its creation, for arrays that must outlive workspaces opened
 * inside it. Without a current workspace, arrays are created outside workspaces.
 */
final class OuterWorkspace {
  private final @Nullable MemoryWorkspace outer = Nd4j.getMemoryManager().getCurrentWorkspace();

  /** Creates an object in it. */
  <T> T make(Supplier<T> maker) {
    try (MemoryWorkspace ignored =
        outer == null
            ? Nd4j.getMemoryManager().scopeOutOfWorkspaces()
            : outer.notifyScopeBorrowed()) {
      return maker.get();
    }
  }
}
