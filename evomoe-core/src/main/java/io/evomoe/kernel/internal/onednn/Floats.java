package io.evomoe.kernel.internal.onednn;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of an array for bulk copies, counted from its first one. They keep the array, whose
 * memory ND4J would free otherwise as soon as nothing refers to it.
 */
record Floats(INDArray array, FloatBuffer buffer) {

  /** Returns the elements of an array without gaps. */
  static Floats of(INDArray array) {
    return of(array, array.length());
  }

  /**
   * Returns everything between the first and the last element of a matrix whose columns are dense.
   */
  static Floats ofRows(INDArray matrix) {
    return of(matrix, (matrix.size(0) - 1) * Address.rowStride(matrix) + matrix.size(1));
  }

  private static Floats of(INDArray array, long length) {
    return new Floats(
        array,
        array.isEmpty() ? FloatBuffer.allocate(0) : Address.buffer(Address.of(array), length));
  }

  float get(int index) {
    try {
      return buffer.get(index);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  void get(int from, float[] to) {
    get(from, to, to.length);
  }

  /** Copies elements to the first {@code size} of others. */
  void get(int from, float[] to, int size) {
    try {
      buffer.get(from, to, 0, size);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  void put(int index, float value) {
    try {
      buffer.put(index, value);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  void put(int to, float[] from) {
    put(to, from, from.length);
  }

  /** Overwrites elements by the first {@code size} of others. */
  void put(int to, float[] from, int size) {
    try {
      buffer.put(to, from, 0, size);
    } finally {
      Reference.reachabilityFence(array);
    }
  }
}
