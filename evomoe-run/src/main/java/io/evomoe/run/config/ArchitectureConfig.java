package io.evomoe.run.config;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.nn.NormForm;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What published models do in one way or another, as a configuration file has it.
 *
 * @param activation inside feed-forward nets: {@code GELU}, {@code GELU_TANH} or {@code RELU}; null
 *     for the task's own
 * @param normEpsilon added to the variance in layer normalisations, above 0
 * @param vocabulary rows of the token embedding; null for as many as the tokenizer has tokens
 * @param positions longest sequence that has positions, at least {@code model.sequence}; null for
 *     that one
 * @param positionOffset rows of the position table before that of the first token; for task
 *     roberta, 0 elsewhere ({@link EmbeddingSize})
 * @param tokenTypes rows of a table of token types; for task roberta, 0 elsewhere
 */
public record ArchitectureConfig(
    @Nullable ActivationFunction activation,
    double normEpsilon,
    @Nullable Integer vocabulary,
    @Nullable Integer positions,
    int positionOffset,
    int tokenTypes) {
  /** The task's activation, sizes from the tokenizer and the sequence, nothing besides. */
  public static final ArchitectureConfig DEFAULT =
      new ArchitectureConfig(null, NormForm.DEFAULT_EPSILON, null, null, 0, 0);

  /** Refuses values out of their bounds. */
  public ArchitectureConfig {
    new NormForm(NormForm.Kind.LAYER, normEpsilon);
    new EmbeddingSize(
        vocabulary == null ? 1 : vocabulary,
        positions == null ? 1 : positions,
        positionOffset,
        tokenTypes);
  }

  /** The same with so many positions. */
  public ArchitectureConfig withPositions(int count) {
    return new ArchitectureConfig(
        activation, normEpsilon, vocabulary, count, positionOffset, tokenTypes);
  }

  /** Refuses what only the embedding of a RoBERTa has. */
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

  /** The same with other values of some fields. */
  public ArchitectureConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private @Nullable ActivationFunction activation;
    private double normEpsilon;
    private @Nullable Integer vocabulary;
    private @Nullable Integer positions;
    private int positionOffset;
    private int tokenTypes;

    private Builder(ArchitectureConfig from) {
      activation = from.activation;
      normEpsilon = from.normEpsilon;
      vocabulary = from.vocabulary;
      positions = from.positions;
      positionOffset = from.positionOffset;
      tokenTypes = from.tokenTypes;
    }

    /** Sets {@link ArchitectureConfig#activation}. */
    public Builder activation(ActivationFunction value) {
      activation = value;
      return this;
    }

    /** Sets {@link ArchitectureConfig#normEpsilon}. */
    public Builder normEpsilon(double value) {
      normEpsilon = value;
      return this;
    }

    /** Sets {@link ArchitectureConfig#vocabulary}. */
    public Builder vocabulary(int value) {
      vocabulary = value;
      return this;
    }

    /** Sets {@link ArchitectureConfig#positions}. */
    public Builder positions(int value) {
      positions = value;
      return this;
    }

    /** Sets {@link ArchitectureConfig#positionOffset}. */
    public Builder positionOffset(int value) {
      positionOffset = value;
      return this;
    }

    /** Sets {@link ArchitectureConfig#tokenTypes}. */
    public Builder tokenTypes(int value) {
      tokenTypes = value;
      return this;
    }

    private ArchitectureConfig build() {
      return new ArchitectureConfig(
          activation, normEpsilon, vocabulary, positions, positionOffset, tokenTypes);
    }
  }
}
