package io.evomoe.nn.internal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J workspaces for the arrays of one pass, which the next pass reuses. They learn their size
 * from the first pass and grow if a later one needs more. The number of assignments of a MoE layer
 * differs from step to step.
 */
public final class Workspaces {
  private static final double HEADROOM = 0.2;

  private static final WorkspaceConfiguration GROWING =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .overallocationLimit(HEADROOM)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private Workspaces() {}

  /** Enters the workspace of this thread with the given id. Close it to leave. */
  public static MemoryWorkspace open(String id) {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(GROWING, id);
  }

  /** Frees the memory of this thread's workspace with the given id; does nothing without one. */
  public static void free(String id) {
    MemoryWorkspaceManager manager = Nd4j.getWorkspaceManager();
    if (manager.checkIfWorkspaceExists(id)) {
      manager.destroyWorkspace(manager.getWorkspaceForCurrentThread(id));
    }
  }

  /**
   * The workspace that is current at its creation, for arrays that must outlive workspaces opened
   * inside it. Without a current workspace, arrays are created outside workspaces.
   */
  public static final class OuterWorkspace {
    private final @Nullable MemoryWorkspace outer = Nd4j.getMemoryManager().getCurrentWorkspace();

    /** Creates an object in it. */
    public <T> T make(Supplier<T> maker) {
      try (MemoryWorkspace ignored =
          outer == null
              ? Nd4j.getMemoryManager().scopeOutOfWorkspaces()
              : outer.notifyScopeBorrowed()) {
        return maker.get();
      }
    }
  }
}
