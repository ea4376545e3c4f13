package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a self-attention.
 *
 * @param hiddenSize d, the hidden size, at least 1
 * @param numAttentionHeads heads of the queries, at least 1
 * @param numKeyValueHeads heads of keys and values, a divisor of {@code numAttentionHeads}; fewer
 *     heads make grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245)
 * @param headDim w, the size of each head, at least 1; even with rotary positions
 * @param biased whether the maps to queries, keys and values have biases
 * @param projectionBiased whether the output projection has a bias
 * @param norm normalisation of queries and keys; null for none
 * @param rotary rotary positions; null for none
 */
public record AttentionConfig(
    int hiddenSize,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    boolean biased,
    boolean projectionBiased,
    @Nullable QueryKeyNorm norm,
    @Nullable Rotary rotary) {

  /** Rejects sizes out of bounds. */
  public AttentionConfig {
    FieldBound.atLeast("hiddenSize", hiddenSize, 1);
    FieldBound.atLeast("numAttentionHeads", numAttentionHeads, 1);
    FieldBound.atLeast("headDim", headDim, 1);
    FieldBound.divides(
        "numKeyValueHeads", numKeyValueHeads, "numAttentionHeads", numAttentionHeads);
    if (rotary != null && headDim % 2 != 0) {
      throw new IllegalArgumentException(
          "headDim must be even for rotary positions, was " + headDim);
    }
  }

  /**
   * Returns the attention of the original Transformer (Vaswani et al. 2017, section 3.2.2). Each
   * head has its own keys and values, there are biases and no rotary positions.
   *
   * @param numAttentionHeads a divisor of {@code hiddenSize}
   */
  public static AttentionConfig plain(int hiddenSize, int numAttentionHeads) {
    requireHeads(hiddenSize, numAttentionHeads);
    return new AttentionConfig(
        hiddenSize,
        numAttentionHeads,
        numAttentionHeads,
        hiddenSize / numAttentionHeads,
        true,
        true,
        null,
        null);
  }

  static void requireHeads(int hiddenSize, int numAttentionHeads) {
    FieldBound.atLeast("numAttentionHeads", numAttentionHeads, 1);
    if (hiddenSize % numAttentionHeads != 0) {
      throw new IllegalArgumentException(
          "numAttentionHeads must divide hiddenSize, " + hiddenSize + ", was " + numAttentionHeads);
    }
  }

  /** Returns whether queries and keys have neither norms nor rotary positions. */
  public boolean hasRawHeads() {
    return norm == null && rotary == null;
  }

  /** Returns the size of the queries of all heads. */
  public int queryWidth() {
    return numAttentionHeads * headDim;
  }

  /** Returns the size of the keys, and of the values, of all heads. */
  public int keyWidth() {
    return numKeyValueHeads * headDim;
  }

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

  /**
   * Rotary positions (Su et al. 2021, arXiv 2104.09864): pair j of a head of size w is rotated by
   * {@code position * theta^(-2j / w)}.
   *
   * @param theta above 0; 10,000 in the paper
   * @param scaling scaling of the frequencies; null for none
   */
  public record Rotary(double theta, @Nullable Scaling scaling) {
    /** The theta of the paper. */
    public static final double DEFAULT_THETA = 10_000;

    /** Rejects a theta that is not a positive number. */
    public Rotary {
      FieldBound.positive("ropeTheta", theta);
    }

    /** Creates rotary positions without scaling. */
    public Rotary(double theta) {
      this(theta, null);
    }

    /**
     * Returns the rotation of each pair from one position to the next, in radians.
     *
     * @param headWidth w, even
     * @return w / 2 frequencies, the highest first
     */
    public double[] frequencies(int headWidth) {
      double[] frequencies = new double[headWidth / 2];
      for (int j = 0; j < frequencies.length; j++) {
        double frequency = Math.pow(theta, -2.0 * j / headWidth);
        frequencies[j] = scaling == null ? frequency : scaling.scaled(frequency);
      }
      return frequencies;
    }

    /**
     * Llama 3's scaling for contexts longer than those of the pre-training (Grattafiori et al.
     * 2024, arXiv 2407.21783, and its published code). Waves longer than {@code originalPositions /
     * lowFrequencyFactor} are slowed down by {@code factor}. Waves shorter than {@code
     * originalPositions / highFrequencyFactor} do not change. Between the two, the change is
     * linear.
     *
     * @param factor at least 1
     * @param lowFrequencyFactor above 0
     * @param highFrequencyFactor above {@code lowFrequencyFactor}
     * @param originalPositions positions of the pre-training, at least 1
     */
    public record Scaling(
        double factor,
        double lowFrequencyFactor,
        double highFrequencyFactor,
        int originalPositions) {

      /** Rejects numbers out of bounds. */
      public Scaling {
        if (!(factor >= 1) || Double.isInfinite(factor)) {
          throw new IllegalArgumentException(
              "ropeFactor must be at least 1 and finite, was " + factor);
        }
        FieldBound.positive("ropeLowFrequencyFactor", lowFrequencyFactor);
        FieldBound.positive("ropeHighFrequencyFactor", highFrequencyFactor);
        if (highFrequencyFactor <= lowFrequencyFactor) {
          throw new IllegalArgumentException(
              "ropeHighFrequencyFactor must be above ropeLowFrequencyFactor, %s, was %s"
                  .formatted(lowFrequencyFactor, highFrequencyFactor));
        }
        FieldBound.atLeast("ropeOriginalPositions", originalPositions, 1);
      }

      double scaled(double frequency) {
        double waves = originalPositions * frequency / (2 * Math.PI);
        double kept = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
        double share = Math.min(1, Math.max(0, kept));
        return (1 - share) * frequency / factor + share * frequency;
      }
    }
  }
}
