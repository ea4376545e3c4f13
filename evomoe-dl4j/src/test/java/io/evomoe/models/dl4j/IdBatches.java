package io.evomoe.models.dl4j;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Sequences with token ids below 9 beside their features. */
final class IdBatches {
  private static final int EXAMPLES = 4;

  private IdBatches() {}

  static MultiDataSet of(int seed) {
    return new MultiDataSet(
        new INDArray[] {
          Networks.features(DataType.FLOAT, seed, EXAMPLES, Networks.FEATURES, Networks.TIME),
          Masks.ids(EXAMPLES, 9)
        },
        new INDArray[] {Networks.labelsInTime(DataType.FLOAT, EXAMPLES, RNNFormat.NCW, seed)});
  }
}
