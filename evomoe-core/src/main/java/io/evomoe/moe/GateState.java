package io.evomoe.moe;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that a gate needs saved although no gradient trains it.
 *
 * @param name dotted path, unique in a model
 * @param value live; a restored checkpoint writes into it
 */
public record GateState(String name, INDArray value) {}
