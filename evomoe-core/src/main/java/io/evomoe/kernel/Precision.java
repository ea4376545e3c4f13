package io.evomoe.kernel;

import java.util.Locale;

/** The type of the operands of a model's large matrix products. Everything else is float32. */
public enum Precision {
  /** float32. */
  F32,

  /**
   * bfloat16 operands, summed in float32 (mixed precision, Micikevicius et al., arXiv 1710.03740;
   * Kalamkar et al., arXiv 1905.12322). Rows between the maps of a feed-forward net are bfloat16
   * too. On oneDNN, so are the rows around an attention without rotary positions and norms.
   * Weights, gradients, moments, losses, normalisations, softmax and gates stay float32. Loss
   * scaling is not needed, because bfloat16 has the range of float32.
   */
  BF16;

  /** Returns {@code f32} or {@code bf16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the precision with a name of the configuration.
   *
   * @throws IllegalArgumentException if the name is another one
   */
  public static Precision parse(String name) {
    for (Precision precision : values()) {
      if (precision.toString().equals(name)) {
        return precision;
      }
    }
    throw new IllegalArgumentException("precision must be f32 or bf16, was " + name);
  }
}
