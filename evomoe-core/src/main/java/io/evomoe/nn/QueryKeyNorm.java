package io.evomoe.nn;

/**
 * Normalisation of queries and keys by their root mean square before they meet, so that scores
 * cannot grow without bound (Dehghani et al. 2023, arXiv 2302.05442).
 *
 * @param span what is normalised together
 * @param epsilon added to the mean square, above 0
 */
public record QueryKeyNorm(Span span, double epsilon) {

  /** What is normalised together. */
  public enum Span {
    /** Each head, all with one gain, as in Qwen3. */
    HEAD,
    /** All heads of a token, as in OLMoE. */
    WHOLE
  }

  /** Refuses an epsilon that is not a positive number. */
  public QueryKeyNorm {
    new NormForm(NormForm.Kind.RMS, epsilon);
  }
}
