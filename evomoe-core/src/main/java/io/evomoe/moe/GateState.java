package io.evomoe.moe;

import io.evomoe.nn.Place;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that a gate needs saved although no gradient trains it.
 *
 * @param place where it stands in the model, from the gate's scope; with an axis where it has an
 *     entry for each expert
 * @param value live; a restored checkpoint writes into it
 * @param namesExperts whether the values are numbers of experts, settled before the first step: a
 *     model of another number of experts cannot take them over, one that is trained anew must
 */
public record GateState(Place place, INDArray value, boolean namesExperts) {

  /** State that is no table of experts. */
  public GateState(Place place, INDArray value) {
    this(place, value, false);
  }

  /** Dotted path, unique in a model. */
  public String name() {
    return place.name();
  }
}
