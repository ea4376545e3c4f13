package io.evomoe.nn;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of a layer's forward pass.
 *
 * @param value the output
 * @param pullback its backward pass
 * @param reports reports of the MoE layers inside, in order; empty if there are none
 */
public record Output(INDArray value, Pullback pullback, List<RoutingReport> reports) {

  /** Makes the reports unmodifiable. */
  public Output {
    reports = List.copyOf(reports);
  }

  /** Creates an output without reports of MoE layers. */
  public Output(INDArray value, Pullback pullback) {
    this(value, pullback, List.of());
  }
}
