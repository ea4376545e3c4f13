package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.NormConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Architecture details that differ between published models. */
@RecordBuilder
public record ArchitectureConfig(
    @Field(
            doc =
                "activation function of the feed-forward networks; null for the task's default, "
                    + "or `SILU` for `model.architecture: llama`")
        @Nullable ActivationFunction activation,
    @Field(
            doc = "epsilon of the normalizations",
            initial = "" + NormConfig.DEFAULT_EPSILON,
            above = 0)
        double normEpsilon,
    @Field(doc = "rows of the token embedding; null for the tokenizer's number of tokens", min = 1)
        @Nullable Integer vocabulary,
    @Field(
            doc =
                "longest sequence that has positions, at least `model.sequence`; null for "
                    + "`model.sequence`",
            min = 1)
        @Nullable Integer positions,
    @Field(
            doc =
                "rows of the position table before the first token's row; for task roberta, 0 "
                    + "elsewhere",
            initial = "0",
            min = 0)
        int positionOffset,
    @Field(
            doc = "rows of the token type table; for task roberta, 0 elsewhere",
            initial = "0",
            min = 0)
        int tokenTypes,
    @Field(
            doc =
                "whether the output head shares the token embedding's weights; this and all "
                    + "fields below are for `model.architecture: llama`",
            initial = "true")
        boolean tiedHead,
    @Field(doc = "whether the query, key and value projections have biases", initial = "false")
        boolean attentionBias,
    @Field(doc = "whether the attention's output projection has a bias", initial = "false")
        boolean projectionBias,
    @Field(doc = "whether the feed-forward projections have biases", initial = "false")
        boolean feedForwardBias,
    @Field(
            doc =
                "normalization of queries and keys: `HEAD` for each head, or `WHOLE` for all "
                    + "heads of a token together",
            initial = "NONE")
        QueryKeyNormalization queryKeyNorm,
    @Field(doc = "base of the rotary frequencies", initial = "" + Rotary.DEFAULT_THETA, above = 0)
        double ropeTheta,
    @Field(
            doc = "scaling factor of long rotary wavelengths; 1 for no scaling",
            initial = "1",
            min = 1)
        double ropeFactor,
    @Field(
            doc =
                "wavelengths above `ropeOriginalPositions` divided by this factor are fully "
                    + "scaled",
            initial = "1",
            above = 0)
        double ropeLowFrequencyFactor,
    @Field(
            doc =
                "wavelengths below `ropeOriginalPositions` divided by this factor are not "
                    + "scaled; above `ropeLowFrequencyFactor`",
            initial = "4",
            above = 0)
        double ropeHighFrequencyFactor,
    @Field(doc = "sequence length of the training before the scaling", initial = "8192", min = 1)
        int ropeOriginalPositions)
    implements ArchitectureConfigBuilder.With {
  /** The task's activation, with vocabulary and positions from the tokenizer and the sequence. */
  public static final ArchitectureConfig DEFAULT = Fields.defaults(ArchitectureConfig.class);

  /** The fields of every architecture. */
  private static final Set<String> OF_ALL =
      Set.of(
          "activation", "normEpsilon", "vocabulary", "positions", "positionOffset", "tokenTypes");

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
    Fields.require(
        ArchitectureConfig.class,
        activation,
        normEpsilon,
        vocabulary,
        positions,
        positionOffset,
        tokenTypes,
        tiedHead,
        attentionBias,
        projectionBias,
        feedForwardBias,
        queryKeyNorm,
        ropeTheta,
        ropeFactor,
        ropeLowFrequencyFactor,
        ropeHighFrequencyFactor,
        ropeOriginalPositions);
    new Rotary.Scaling(
        ropeFactor, ropeLowFrequencyFactor, ropeHighFrequencyFactor, ropeOriginalPositions);
  }

  /** Returns the details of an existing block. */
  public static ArchitectureConfig ofBlock(BlockConfig block, Architecture architecture) {
    ArchitectureConfig base =
        DEFAULT.with(
            a ->
                a.activation(block.feedForward().activation()).normEpsilon(block.norm().epsilon()));
    if (architecture == Architecture.GPT) {
      return base;
    }
    AttentionConfig attention = block.attention();
    QueryKeyNorm norm = attention.norm();
    Rotary rotary = Objects.requireNonNullElse(attention.rotary(), DEFAULT.rotary());
    Rotary.Scaling scaling = Objects.requireNonNullElse(rotary.scaling(), DEFAULT.scaling());
    return base.with(
        a ->
            a.attentionBias(attention.biased())
                .projectionBias(attention.projectionBiased())
                .feedForwardBias(block.feedForward().biased())
                .queryKeyNorm(
                    norm == null
                        ? QueryKeyNormalization.NONE
                        : QueryKeyNormalization.valueOf(norm.span().name()))
                .ropeTheta(rotary.theta())
                .ropeFactor(scaling.factor())
                .ropeLowFrequencyFactor(scaling.lowFrequencyFactor())
                .ropeHighFrequencyFactor(scaling.highFrequencyFactor())
                .ropeOriginalPositions(scaling.originalPositions()));
  }

  /** Returns the rotary positions. */
  Rotary rotary() {
    return new Rotary(ropeTheta, ropeFactor == 1 ? null : scaling());
  }

  private Rotary.Scaling scaling() {
    return new Rotary.Scaling(
        ropeFactor, ropeLowFrequencyFactor, ropeHighFrequencyFactor, ropeOriginalPositions);
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
    ObjectNode usual = StrictYaml.fields(DEFAULT);
    for (Map.Entry<String, JsonNode> field : StrictYaml.fields(this).properties()) {
      String name = field.getKey();
      if (!OF_ALL.contains(name) && !field.getValue().equals(usual.get(name))) {
        throw new IllegalArgumentException(
            "architecture.%s is of model.architecture llama: it must be left out for gpt, was %s"
                .formatted(name, field.getValue().asText()));
      }
    }
  }
}
