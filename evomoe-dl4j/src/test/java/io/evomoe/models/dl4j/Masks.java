package io.evomoe.models.dl4j;

import io.evomoe.testing.RandomArrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sequences of different length, and token ids. */
final class Masks {
  private Masks() {}

  /** [examples, TIME]: example i has its last i mod TIME steps masked. */
  static INDArray ragged(int examples) {
    INDArray mask = Nd4j.ones(DataType.FLOAT, examples, Networks.TIME);
    for (int i = 0; i < examples; i++) {
      for (int t = Networks.TIME - i % Networks.TIME; t < Networks.TIME; t++) {
        mask.putScalar(i, t, 0);
      }
    }
    return mask;
  }

  /** [examples, 1, TIME]. */
  static INDArray ids(int examples, int vocabulary) {
    int[] ids = RandomArrays.integers(examples * Networks.TIME, vocabulary, 6);
    return Nd4j.createFromArray(ids).castTo(DataType.FLOAT).reshape(examples, 1, Networks.TIME);
  }
}
