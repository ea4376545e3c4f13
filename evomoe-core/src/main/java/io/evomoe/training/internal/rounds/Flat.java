package io.evomoe.training.internal.rounds;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Converts arrays to heap arrays in C order and back. */
final class Flat {
  private Flat() {}

  static float[] floats(INDArray array) {
    return dense(array).data().asFloat();
  }

  static double[] doubles(INDArray array) {
    return dense(array).data().asDouble();
  }

  private static INDArray dense(INDArray array) {
    return array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
  }

  static void assign(INDArray array, float[] values) {
    requireLength(array, values.length);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        INDArray copy = Nd4j.createFromArray(values)) {
      array.assign(copy.castTo(array.dataType()).reshape('c', array.shape()));
    }
  }

  static void assign(INDArray array, double[] values) {
    requireLength(array, values.length);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        INDArray copy = Nd4j.createFromArray(values)) {
      array.assign(copy.castTo(array.dataType()).reshape('c', array.shape()));
    }
  }

  private static void requireLength(INDArray array, int length) {
    if (array.length() != length) {
      throw new IllegalArgumentException(
          "an array of %d numbers cannot take %d".formatted(array.length(), length));
    }
  }
}
