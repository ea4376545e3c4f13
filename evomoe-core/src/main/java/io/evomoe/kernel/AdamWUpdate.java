package io.evomoe.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An {@link AdamWStep} and its arrays, which have the same shape.
 *
 * @param value changed in place
 * @param gradient only read
 * @param moment1 changed in place
 * @param moment2 changed in place
 */
public record AdamWUpdate(
    INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {}
