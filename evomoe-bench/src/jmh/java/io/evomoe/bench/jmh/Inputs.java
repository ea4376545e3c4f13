package io.evomoe.bench.jmh;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Inputs and memory of the benchmarks. */
final class Inputs {
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder().policyLearning(LearningPolicy.FIRST_LOOP).build();

  private Inputs() {}

  /** Normal numbers. */
  static INDArray random(Kernels kernels, long... shape) {
    return Nd4j.randn(kernels.dataType(), shape);
  }

  /** Results go into memory that is used again, as in a training step. */
  static MemoryWorkspace memory() {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "evomoe-jmh");
  }
}
