package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The encoder output that a decoder's cross-attentions read. Their pullbacks add up its gradient
 * here. After the decoder's backward pass, the model pulls {@link #gradient()} back through the
 * encoder.
 */
public final class Memory {
  private final INDArray rows;
  private final TokenBatch tokens;
  private final Kernels kernels;
  private final INDArray gradient;

  /**
   * Creates the memory from the output of an encoder.
   *
   * @param rows [B * T, d]
   * @param tokens the B sequences of T tokens of the rows, with their padding
   */
  public Memory(INDArray rows, TokenBatch tokens, Kernels kernels) {
    if (rows.size(0) != tokens.size()) {
      throw new IllegalArgumentException(
          "a memory must have one row a token (%d), had %d".formatted(tokens.size(), rows.size(0)));
    }
    this.rows = rows;
    this.tokens = tokens;
    this.kernels = kernels;
    this.gradient = kernels.zeros(rows.shape());
  }

  /** Returns the rows [B * T, d]. */
  public INDArray rows() {
    return rows;
  }

  /** Returns the tokens of the rows. */
  public TokenBatch tokens() {
    return tokens;
  }

  /**
   * Adds the gradient of one cross-attention.
   *
   * @param more [B * T, d]
   */
  public void addGradient(INDArray more) {
    kernels.addInto(gradient, more);
  }

  /** Returns the sum of all added gradients [B * T, d], zeros if there were none. */
  public INDArray gradient() {
    return gradient;
  }
}
