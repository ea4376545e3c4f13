package io.evomoe.run.internal.task;

import io.evomoe.nn.Workspaces;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Logits, computed in a workspace of their own. */
final class LogitRows {
  private LogitRows() {}

  static double[] first(Supplier<INDArray> logits) {
    return of(logits).get(0);
  }

  static List<double[]> of(Supplier<INDArray> logits) {
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_LOGITS")) {
      return List.of(logits.get().toDoubleMatrix());
    }
  }
}
