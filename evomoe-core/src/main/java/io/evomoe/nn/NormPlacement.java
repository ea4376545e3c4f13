package io.evomoe.nn;

/** The position of the norms of a block (Xiong et al., arXiv 2002.04745). */
public enum NormPlacement {
  /** {@code y = x + branch(norm(x))}: GPT-2, fairseq's {@code normalize_before}. */
  BEFORE,
  /** {@code y = norm(x + branch(x))}: the original Transformer, BERT and RoBERTa. */
  AFTER
}
