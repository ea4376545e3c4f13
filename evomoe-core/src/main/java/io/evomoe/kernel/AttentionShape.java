package io.evomoe.kernel;

/**
 * The shape of a multi-head attention.
 *
 * @param batch sequences
 * @param heads heads; each is {@code d / heads} wide
 * @param queries positions that ask, per sequence
 * @param keys positions that answer, per sequence
 * @param causal whether query i sees keys 0..i only
 */
public record AttentionShape(int batch, int heads, int queries, int keys, boolean causal) {}
