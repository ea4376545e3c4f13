package io.evomoe.bench.run;

import io.evomoe.kernel.Activation;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.nn.LayerNorm;
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
public record ArchitectureSettings(
    @Nullable Activation activation,
    double normEpsilon,
    @Nullable Integer vocabulary,
    @Nullable Integer positions,
    int positionOffset,
    int tokenTypes) {
  /** The task's activation, sizes from the tokenizer and the sequence, nothing besides. */
  public static final ArchitectureSettings DEFAULT =
      new ArchitectureSettings(null, LayerNorm.DEFAULT_EPSILON, null, null, 0, 0);

  /** Refuses values out of their bounds. */
  public ArchitectureSettings {
    LayerNorm.requireEpsilon(normEpsilon);
    new EmbeddingSize(
        vocabulary == null ? 1 : vocabulary,
        positions == null ? 1 : positions,
        positionOffset,
        tokenTypes);
  }

  /** The same with so many positions. */
  public ArchitectureSettings withPositions(int count) {
    return new ArchitectureSettings(
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
}
