package io.evomoe.run.config;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Rotary;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Architecture details that differ between published models.
 *
 * @param activation activation function of the feed-forward networks: {@code GELU}, {@code
 *     GELU_TANH}, {@code RELU} or {@code SILU}; null for the task's default, or {@code SILU} for
 *     {@code model.architecture: llama}
 * @param normEpsilon epsilon of the normalizations, above 0
 * @param vocabulary rows of the token embedding; null for the tokenizer's number of tokens
 * @param positions longest sequence that has positions, at least {@code model.sequence}; null for
 *     {@code model.sequence}
 * @param positionOffset rows of the position table before the first token's row; for task roberta,
 *     0 elsewhere ({@link EmbeddingSize})
 * @param tokenTypes rows of the token type table; for task roberta, 0 elsewhere
 * @param tiedHead whether the output head shares the token embedding's weights; this and all fields
 *     below are for {@code model.architecture: llama}
 * @param attentionBias whether the query, key and value projections have biases
 * @param projectionBias whether the attention's output projection has a bias
 * @param feedForwardBias whether the feed-forward projections have biases
 * @param queryKeyNorm normalization of queries and keys: {@code NONE}, {@code HEAD} for each head,
 *     or {@code WHOLE} for all heads of a token together
 * @param ropeTheta base of the rotary frequencies, above 0
 * @param ropeFactor scaling factor of long rotary wavelengths, at least 1; 1 for no scaling ({@link
 *     Rotary.Scaling}, as the next three fields)
 * @param ropeLowFrequencyFactor wavelengths above {@code ropeOriginalPositions} divided by this
 *     factor are fully scaled; above 0
 * @param ropeHighFrequencyFactor wavelengths below {@code ropeOriginalPositions} divided by this
 *     factor are not scaled; above {@code ropeLowFrequencyFactor}
 * @param ropeOriginalPositions sequence length of the training before the scaling, at least 1
 */
@RecordBuilder
public record ArchitectureConfig(
    @Nullable ActivationFunction activation,
    double normEpsilon,
    @Nullable Integer vocabulary,
    @Nullable Integer positions,
    int positionOffset,
    int tokenTypes,
    boolean tiedHead,
    boolean attentionBias,
    boolean projectionBias,
    boolean feedForwardBias,
    QueryKeyNormalization queryKeyNorm,
    double ropeTheta,
    double ropeFactor,
    double ropeLowFrequencyFactor,
    double ropeHighFrequencyFactor,
    int ropeOriginalPositions)
    implements ArchitectureConfigBuilder.With {
  /** The task's activation, with vocabulary and positions from the tokenizer and the sequence. */
  public static final ArchitectureConfig DEFAULT =
      new ArchitectureConfig(
          null,
          NormForm.DEFAULT_EPSILON,
          null,
          null,
          0,
          0,
          true,
          false,
          false,
          false,
          QueryKeyNormalization.NONE,
          Rotary.DEFAULT_THETA,
          1,
          1,
          4,
          8192);

  /** Normalization of queries and keys before the attention product ({@link QueryKeyNorm}). */
  public enum QueryKeyNormalization {
    /** No normalization. */
    NONE,
    /** Each head separately. */
    HEAD,
    /** All heads of a token together. */
    WHOLE
  }

  /** Rejects values out of bounds. */
  public ArchitectureConfig {
    new NormForm(NormForm.Kind.LAYER, normEpsilon);
    new EmbeddingSize(
        vocabulary == null ? 1 : vocabulary,
        positions == null ? 1 : positions,
        positionOffset,
        tokenTypes);
    rotary(
        ropeTheta,
        ropeFactor,
        ropeLowFrequencyFactor,
        ropeHighFrequencyFactor,
        ropeOriginalPositions);
  }

  /** Returns the details of an existing stack of blocks. */
  public static ArchitectureConfig ofStack(StackSize stack, Architecture architecture) {
    ArchitectureConfig base =
        DEFAULT.with(a -> a.activation(stack.activation()).normEpsilon(stack.normEpsilon()));
    return architecture == Architecture.GPT ? base : base.withForms(stack);
  }

  private ArchitectureConfig withForms(StackSize stack) {
    AttentionForm attention = stack.attention();
    QueryKeyNorm norm = attention.norm();
    Rotary rotary = attention.rotary();
    ArchitectureConfig config =
        with(
            a ->
                a.attentionBias(attention.biased())
                    .projectionBias(attention.projectionBiased())
                    .feedForwardBias(stack.feedForward().biased())
                    .queryKeyNorm(
                        norm == null
                            ? QueryKeyNormalization.NONE
                            : QueryKeyNormalization.valueOf(norm.span().name())));
    if (rotary == null) {
      return config;
    }
    ArchitectureConfig turning = config.with(a -> a.ropeTheta(rotary.theta()));
    Rotary.Scaling scaling = rotary.scaling();
    return scaling == null
        ? turning
        : turning.with(
            a ->
                a.ropeFactor(scaling.factor())
                    .ropeLowFrequencyFactor(scaling.lowFrequencyFactor())
                    .ropeHighFrequencyFactor(scaling.highFrequencyFactor())
                    .ropeOriginalPositions(scaling.originalPositions()));
  }

  /** Returns the rotary positions. */
  Rotary rotary() {
    return rotary(
        ropeTheta,
        ropeFactor,
        ropeLowFrequencyFactor,
        ropeHighFrequencyFactor,
        ropeOriginalPositions);
  }

  private static Rotary rotary(
      double theta, double factor, double low, double high, int originalPositions) {
    Rotary.Scaling scaling = new Rotary.Scaling(factor, low, high, originalPositions);
    return new Rotary(theta, factor == 1 ? null : scaling);
  }

  /** Returns the normalization of queries and keys; null for none. */
  @Nullable QueryKeyNorm norm() {
    return switch (queryKeyNorm) {
      case NONE -> null;
      case HEAD -> new QueryKeyNorm(QueryKeyNorm.Span.HEAD, normEpsilon);
      case WHOLE -> new QueryKeyNorm(QueryKeyNorm.Span.WHOLE, normEpsilon);
    };
  }

  /** Rejects fields that only the architecture llama has. */
  void requireNothingOfLlama() {
    requireDefault("tiedHead", tiedHead, DEFAULT.tiedHead);
    requireDefault("attentionBias", attentionBias, DEFAULT.attentionBias);
    requireDefault("projectionBias", projectionBias, DEFAULT.projectionBias);
    requireDefault("feedForwardBias", feedForwardBias, DEFAULT.feedForwardBias);
    requireDefault("queryKeyNorm", queryKeyNorm, DEFAULT.queryKeyNorm);
    requireDefault("ropeTheta", ropeTheta, DEFAULT.ropeTheta);
    requireDefault("ropeFactor", ropeFactor, DEFAULT.ropeFactor);
    requireDefault(
        "ropeLowFrequencyFactor", ropeLowFrequencyFactor, DEFAULT.ropeLowFrequencyFactor);
    requireDefault(
        "ropeHighFrequencyFactor", ropeHighFrequencyFactor, DEFAULT.ropeHighFrequencyFactor);
    requireDefault("ropeOriginalPositions", ropeOriginalPositions, DEFAULT.ropeOriginalPositions);
  }

  private static void requireDefault(String field, Object value, Object usual) {
    if (!value.equals(usual)) {
      throw new IllegalArgumentException(
          "architecture.%s is of model.architecture llama: it must be left out for gpt, was %s"
              .formatted(field, value));
    }
  }

  /** Rejects fields that only the embedding of a RoBERTa has. */
  void requirePlainEmbedding(String task) {
    requireZero("positionOffset", positionOffset, task);
    requireZero("tokenTypes", tokenTypes, task);
  }

  private static void requireZero(String field, int value, String task) {
    if (value != 0) {
      throw new IllegalArgumentException(
          "architecture.%s must be 0 for task %s, was %d".formatted(field, task, value));
    }
  }
}
