package io.evomoe.nn;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a layer's forward pass gives.
 *
 * @param value the output
 * @param pullback its backward pass
 * @param reports of the MoE layers inside, in order; empty where there are none
 */
public record Output(INDArray value, Pullback pullback, List<RoutingReport> reports) {

  /** Keeps the reports unmodifiable. */
  public Output {
    reports = List.copyOf(reports);
  }

  /** An output without MoE layers inside. */
  public Output(INDArray value, Pullback pullback) {
    this(value, pullback, List.of());
  }
}
