package io.evomoe.moe;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that a gate needs saved although no gradient trains it.
 *
 * @param name dotted path, unique in a model
 * @param value live; a restored checkpoint writes into it
 * @param namesExperts whether the values are numbers of experts, settled before the first step: a
 *     model of another number of experts cannot take them over, one that is trained anew must
 */
public record GateState(String name, INDArray value, boolean namesExperts) {

  /** State that is no table of experts. */
  public GateState(String name, INDArray value) {
    this(name, value, false);
  }
}
