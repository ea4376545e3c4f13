package io.evomoe.moe;

import io.evomoe.nn.Place;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array of a gate that must be saved although no gradient trains it.
 *
 * @param place position in the model, from the gate's scope; includes an axis if the array has an
 *     entry for each expert
 * @param value live array; restoring a checkpoint writes into it
 * @param namesExperts whether the values are expert indices, fixed before the first step. A model
 *     with another number of experts cannot use them
 */
public record GateState(Place place, INDArray value, boolean namesExperts) {

  /** Creates state that is not a table of expert indices. */
  public GateState(Place place, INDArray value) {
    this(place, value, false);
  }

  /** Returns the dotted path, which is unique in a model. */
  public String name() {
    return place.name();
  }
}
