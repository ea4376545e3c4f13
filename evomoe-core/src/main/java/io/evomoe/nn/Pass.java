package io.evomoe.nn;

import io.evomoe.step.StepContext;

/**
 * What every layer is told in one forward pass.
 *
 * @param step time, phase, temperature, and whether it trains
 * @param tokens the tokens that the rows of the activations belong to
 */
public record Pass(StepContext step, TokenBatch tokens) {}
