package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Decides which experts take which token, and with which weight. A gate sparsifies by listing fewer
 * assignments: what is not listed is not computed.
 *
 * <p>A gate keeps no state of its own beyond its {@link #parameters()} and {@link #state()}: time
 * comes in with the pass, randomness from the seed in it.
 */
public interface Gate {

  /**
   * Routes tokens.
   *
   * @param tokens [S, d], rows that belong to {@code pass.tokens()}
   * @return assignments, auxiliary loss and the gradient's way back
   */
  Routed route(INDArray tokens, Pass pass);

  /** Trainable parameters, in a fixed order. */
  List<Parameter> parameters();

  /** What must be saved beside the parameters, by name: tables, biases. Live arrays, in order. */
  default List<GateState> state() {
    return List.of();
  }

  /** How many of the parameters a token does not touch: rows of tables for other ids. */
  default long idleParameters() {
    return 0;
  }

  /**
   * Coefficients of the auxiliary losses that this gate adds, by name, in order; 0 where one is
   * switched off. What is not listed is not there: a run prints this when it starts.
   */
  default Map<String, Double> losses() {
    return Map.of();
  }

  /**
   * Whether {@link #route}, evaluated at a step, is top-k of a softmax for every token: what
   * decides if the gate can stand in a published model that has such a router. By default a gate
   * does not say.
   *
   * @param step phase, temperature and experts of the hard phase; evaluated, whatever it says
   * @throws IllegalArgumentException if it keeps more experts than there are
   */
  default TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("does not say how many experts a token has");
  }
}
