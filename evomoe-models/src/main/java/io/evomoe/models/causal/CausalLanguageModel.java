package io.evomoe.models.causal;

import io.evomoe.models.stack.EncoderModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A decoder that predicts the next token: embeddings, a stack of causal blocks, a final
 * normalization and logits.
 */
public abstract class CausalLanguageModel extends EncoderModel<LanguageBatch> {
  private final LanguageModelConfig config;

  /**
   * Creates the layers with initial weights.
   *
   * @param config size, without a position offset and token types
   * @param positioned whether positions are learned; if not, the attention has them
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  protected CausalLanguageModel(
      LanguageModelConfig config, boolean positioned, Gates gates, Scope root) {
    super(
        root,
        root.seed(),
        new TextEncoder(
            root, checked(config), positioned, Stack.Kind.CAUSAL, NormPlacement.BEFORE, gates),
        encoder -> config.tied() ? encoder.tiedHead() : head(root.child("head"), config),
        config.tied());
    this.config = config;
  }

  private static LanguageModelConfig checked(LanguageModelConfig config) {
    if (config.positionOffset() != 0 || config.tokenTypes() != 0) {
      throw new IllegalArgumentException(
          "positionOffset and tokenTypes must be 0 in a causal language model, were %d and %d"
              .formatted(config.positionOffset(), config.tokenTypes()));
    }
    return config;
  }

  private static Linear head(Scope scope, LanguageModelConfig config) {
    int width = config.stack().hiddenSize();
    Initialization init = Initialization.gpt2(config.stack().numHiddenLayers(), width);
    return new Linear(scope, width, config.vocabulary(), init.deviation(), false);
  }

  /** Returns the size. */
  public final LanguageModelConfig config() {
    return config;
  }

  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    int[] targets = batch.targets();
    int counted = batch.countedTargets();
    int[] rows = null;
    if (counted > 0 && counted < targets.length) {
      rows = IntStream.range(0, targets.length).filter(s -> targets[s] >= 0).toArray();
    }
    return crossEntropy(
        batch.tokens(),
        rows,
        rows == null ? targets : IntStream.of(rows).map(s -> targets[s]).toArray(),
        counted,
        batch.weight(),
        context);
  }

  /**
   * Returns the logits of the token after each sequence's last one, [sequences, vocabulary].
   *
   * @param read sequences of at most {@link LanguageModelConfig#positions()} tokens
   */
  public final INDArray nextTokenLogits(TokenBatch read, StepContext context) {
    return nextTokenLogits(read, context, null);
  }

  /**
   * Returns the logits of the next tokens after cached ones, [sequences, vocabulary], and adds the
   * new tokens to the cache.
   *
   * @param read the new tokens: first the whole prompt, then one token per sequence; for a joint
   *     cache, padding follows
   * @param cache null if the new tokens are whole sequences
   */
  public final INDArray nextTokenLogits(
      TokenBatch read, StepContext context, @Nullable KeyValueCache cache) {
    Pass pass = new Pass(context.evaluating(), read).withCache(cache);
    try (Lifetime.Call ignored = lifetime().enter()) {
      INDArray logits = logits(pass, read.lastRows());
      if (cache != null) {
        cache.advance(read.length());
      }
      return logits;
    }
  }

  /**
   * Returns the logits after every token in evaluation mode, [sequences * length, vocabulary].
   *
   * @param read sequences of at most {@link LanguageModelConfig#positions()} tokens
   */
  public final INDArray logits(TokenBatch read, StepContext context) {
    return logits(new Pass(context.evaluating(), read), null);
  }

  /** Returns an empty cache for sequences of at most {@code capacity} tokens, prompt included. */
  public final KeyValueCache newCache(int sequences, int capacity) {
    return new KeyValueCache(sequences, capacity, kernels());
  }
}
