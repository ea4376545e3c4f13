package io.evomoe.training;

import io.evomoe.nn.Parameter;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What {@link AdamW} keeps of one parameter.
 *
 * @param first running mean of the gradient, of the parameter's shape; changed in place
 * @param second running mean of the squared gradient, of the parameter's shape; changed in place
 * @param updates number of updates they have seen
 */
public record Moments(INDArray first, INDArray second, long updates) {

  /** Refuses a negative count. */
  public Moments {
    if (updates < 0) {
      throw new IllegalArgumentException("updates must be at least 0, was " + updates);
    }
  }

  /** Zeros for a parameter, outside of any workspace. */
  public static Moments zeros(Parameter parameter, long updates) {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray value = parameter.value();
      return new Moments(
          Nd4j.create(value.dataType(), value.shape()),
          Nd4j.create(value.dataType(), value.shape()),
          updates);
    }
  }

  Moments copy() {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new Moments(first.dup('c'), second.dup('c'), updates);
    }
  }

  Moments updated() {
    return new Moments(first, second, updates + 1);
  }
}
