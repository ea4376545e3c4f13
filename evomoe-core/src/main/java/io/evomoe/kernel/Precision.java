package io.evomoe.kernel;

import java.util.Locale;

/** How the operands of a model's large matrix products are held. Everything else is float32. */
public enum Precision {
  /** float32. */
  F32,

  /**
   * bfloat16 operands, summed in float32 (mixed precision, Micikevicius et al., arXiv 1710.03740;
   * Kalamkar et al., arXiv 1905.12322), and bfloat16 rows between the maps of a feed-forward net
   * and, on oneDNN, between those around an attention without rotary positions and norms. Weights,
   * their gradients, moments, losses, normalisations, softmax and gates stay float32, so no scaling
   * of the loss is needed: bfloat16 has float32's range.
   */
  BF16;

  /** {@code f32} or {@code bf16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By its name in configurations.
   *
   * @throws IllegalArgumentException for another name
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
