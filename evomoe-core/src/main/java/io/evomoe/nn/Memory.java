package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a decoder's cross-attentions read: the encoder's rows. Their pullbacks add up its gradient
 * here, so the model pulls {@link #gradient()} back through the encoder once the decoder's backward
 * pass is done.
 */
public final class Memory {
  private final INDArray rows;
  private final TokenBatch tokens;
  private final Kernels kernels;
  private final INDArray gradient;

  /**
   * The output of an encoder.
   *
   * @param rows [B * T, d]
   * @param tokens the B sequences of T tokens that the rows belong to, with their padding
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

  /** The rows [B * T, d]. */
  public INDArray rows() {
    return rows;
  }

  /** The tokens that the rows belong to. */
  public TokenBatch tokens() {
    return tokens;
  }

  /**
   * Adds what one cross-attention has.
   *
   * @param more [B * T, d]
   */
  public void addGradient(INDArray more) {
    kernels.addInto(gradient, more);
  }

  /** The sum of all that was added [B * T, d]; zeros when there was nothing. */
  public INDArray gradient() {
    return gradient;
  }
}
