package io.evomoe.kernel;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters of feed-forward nets of one shape, {@code contract(act(expand(x)))}, one net a group
 * of rows.
 *
 * @param activation between the two linear maps
 * @param expandWeights a [d, hidden] for each group
 * @param expandBiases a [hidden] for each group
 * @param contractWeights a [hidden, d] for each group
 * @param contractBiases a [d] for each group
 */
public record FeedForwardNets(
    ActivationFunction activation,
    List<INDArray> expandWeights,
    List<INDArray> expandBiases,
    List<INDArray> contractWeights,
    List<INDArray> contractBiases) {

  /** Width of the rows between the two maps. */
  public long hidden() {
    return expandWeights.get(0).size(1);
  }

  /** Width of the rows that go in and come out. */
  public long width() {
    return expandWeights.get(0).size(0);
  }
}
