package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Result of {@link Kernels#feedForward}, with what its backward pass needs. With {@link
 * Precision#BF16} all but the output is of the type of the products' operands.
 *
 * @param expanded [groups.rows(), hidden], before the activation
 * @param up [groups.rows(), hidden], what a gated net multiplies with; null for a plain one
 * @param hidden [groups.rows(), hidden], what goes into the map back
 * @param output [groups.rows(), d]
 */
public record FeedForwardPass(
    INDArray expanded, @Nullable INDArray up, INDArray hidden, INDArray output) {}
