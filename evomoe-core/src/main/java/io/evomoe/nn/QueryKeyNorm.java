package io.evomoe.nn;

/**
 * Normalisation of queries and keys by their root mean square, so that scores cannot grow without
 * bound (Dehghani et al. 2023, arXiv 2302.05442).
 *
 * @param span elements that are normalised together
 * @param epsilon added to the mean square, above 0
 */
public record QueryKeyNorm(Span span, double epsilon) {

  /** The elements that are normalised together. */
  public enum Span {
    /** Each head, with one gain for all heads, as in Qwen3. */
    HEAD,
    /** All heads of a token, as in OLMoE. */
    WHOLE
  }

  /** Rejects an epsilon that is not a positive number. */
  public QueryKeyNorm {
    new NormConfig(NormConfig.Kind.RMS, epsilon);
  }
}
