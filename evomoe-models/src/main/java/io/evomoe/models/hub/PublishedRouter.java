package io.evomoe.models.hub;

/**
 * The router of a published mixture: {@code softmax(x W)}, of which a token takes the k largest.
 *
 * @param experts k, at least 1
 * @param renormalized whether a token's k weights are divided by their sum
 */
public record PublishedRouter(int experts, boolean renormalized) {}
