package io.evomoe.models.dl4j;

import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A task for experts: six clusters in eight dimensions, and in each cluster another linear rule
 * says which of two classes a point has. Points and rules are functions of a seed.
 */
final class Regions {
  static final int DIMENSIONS = 8;
  static final int CLASSES = 2;

  private static final int CLUSTERS = 6;
  private static final double DISTANCE = 2.5;
  private static final long CENTERS = 1001;
  private static final long RULES = 1002;

  private Regions() {}

  /** Batches of 64 points. */
  static DataSetIterator batches(int count, long seed) {
    List<DataSet> all = IntStream.range(0, count).mapToObj(i -> batch(64, seed + i)).toList();
    return new ListDataSetIterator<>(all, 1);
  }

  static DataSet batch(int points, long seed) {
    CounterRandom centers = new CounterRandom(CENTERS);
    CounterRandom rules = new CounterRandom(RULES);
    CounterRandom draws = new CounterRandom(seed);
    INDArray x = Nd4j.zeros(DataType.FLOAT, points, DIMENSIONS);
    INDArray y = Nd4j.zeros(DataType.FLOAT, points, CLASSES);
    for (int i = 0; i < points; i++) {
      int cluster = draws.below(CLUSTERS, i);
      double score = 0;
      for (int j = 0; j < DIMENSIONS; j++) {
        int place = cluster * DIMENSIONS + j;
        double offset = draws.gaussian(points + (long) i * DIMENSIONS + j);
        score += rules.gaussian(place) * offset;
        x.putScalar(i, j, DISTANCE * centers.gaussian(place) + offset);
      }
      y.putScalar(i, score > 0 ? 1 : 0, 1);
    }
    return new DataSet(x, y);
  }
}
