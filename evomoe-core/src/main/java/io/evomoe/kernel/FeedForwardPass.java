package io.evomoe.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Result of {@link Kernels#feedForward}, with the arrays for its backward pass. With {@link
 * Precision#BF16}, all arrays except the output have the operand type of the products.
 *
 * @param expanded [groups.rows(), hidden], before the activation
 * @param up [groups.rows(), hidden], output of the up projection of a gated net; null for a plain
 *     net
 * @param hidden [groups.rows(), hidden], input of the down projection
 * @param output [groups.rows(), d]
 */
public record FeedForwardPass(
    INDArray expanded, @Nullable INDArray up, INDArray hidden, INDArray output) {}
