package io.evomoe.models.hub;

/**
 * The router of a published mixture: {@code softmax(x W)}, with the k largest weights of each
 * token.
 *
 * @param experts k, at least 1
 * @param renormalized whether a token's k weights are divided by their sum
 */
public record PublishedRouter(int experts, boolean renormalized) {}
