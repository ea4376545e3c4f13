package io.evomoe.models.causal;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.InputEmbedding;
import io.evomoe.models.stack.ScopedModel;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A decoder that predicts the next token: embeddings, a stack of causal blocks, a final
 * normalization and logits.
 */
public abstract class CausalLanguageModel extends ScopedModel<LanguageBatch> {
  private final EmbeddingSize embedding;
  private final StackConfig size;
  private final InputEmbedding input;
  private final TextEncoder encoder;
  private final Layer head;

  /**
   * Creates the layers with initial weights.
   *
   * @param embedding number of token ids, and longest sequence
   * @param size size of the blocks
   * @param positioned whether positions are learned; if not, the attention has them
   * @param tied whether the output head shares the token embedding's weights
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  protected CausalLanguageModel(
      EmbeddingSize embedding,
      StackConfig size,
      boolean positioned,
      boolean tied,
      Gates gates,
      Scope root) {
    super(root);
    this.embedding = embedding;
    this.size = size;
    input = new InputEmbedding(root, embedding, size, positioned);
    encoder =
        new TextEncoder(
            root,
            input,
            new Dropout(root.child("embeddings"), size.dropout()),
            size,
            Stack.Kind.CAUSAL,
            NormPlacement.BEFORE,
            gates,
            size.moeLayers());
    head = tied ? input.tiedHead() : head(root.child("head"), size, embedding.vocabulary());
  }

  private static Linear head(Scope scope, StackConfig size, int vocabulary) {
    Initialization init = Initialization.gpt2(size.numHiddenLayers(), size.hiddenSize());
    return new Linear(scope, size.hiddenSize(), vocabulary, init.deviation(), false);
  }

  /** Returns the number of token ids. */
  public final int vocabulary() {
    return embedding.vocabulary();
  }

  /** Returns the length of the longest sequence. */
  public final int positions() {
    return embedding.positions();
  }

  /** Returns the size and form of the blocks. */
  public final StackConfig stack() {
    return size;
  }

  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    return crossEntropy(
        new Pass(context, batch.tokens()),
        encoder::encode,
        head,
        batch.targets(),
        batch.countedTargets(),
        active -> Loss.trainFlops(activeParameters(active), batch.tokens().realTokens()));
  }

  /**
   * Returns the logits of the token after each sequence's last one, [sequences, vocabulary].
   *
   * @param read sequences of at most {@link #positions()} tokens
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
      INDArray last = kernels().gatherRows(encoder.encode(pass).value(), read.lastRows());
      INDArray logits = head.forward(last, pass).value();
      if (cache != null) {
        cache.advance(read.length());
      }
      return logits;
    }
  }

  /**
   * Returns the logits after every token in evaluation mode, [sequences * length, vocabulary].
   *
   * @param read sequences of at most {@link #positions()} tokens
   */
  public final INDArray logits(TokenBatch read, StepContext context) {
    Pass pass = new Pass(context.evaluating(), read);
    return lifetime().during(() -> head.forward(encoder.encode(pass).value(), pass).value());
  }

  /** Returns an empty cache for sequences of at most {@code capacity} tokens, prompt included. */
  public final KeyValueCache newCache(int sequences, int capacity) {
    return new KeyValueCache(sequences, capacity, kernels());
  }

  /**
   * Returns the last hidden states in evaluation mode, after the final normalization [S, d].
   *
   * @param read sequences of at most {@link #positions()} tokens
   */
  public final INDArray hiddenStates(TokenBatch read, StepContext context) {
    return lifetime().during(() -> encoder.encode(new Pass(context.evaluating(), read)).value());
  }

  @Override
  public final List<Parameter> parameters() {
    return Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
  }

  @Override
  public final EvolvingLayers evolving() {
    return encoder.evolving();
  }

  @Override
  public final double activeParameters(double meanActiveExperts) {
    double all = parameters().stream().mapToLong(Parameter::length).sum();
    return all - lookedUp() - evolving().idleParameters(meanActiveExperts);
  }

  /** Returns the number of table elements that are looked up and never multiplied with. */
  private long lookedUp() {
    Stream<Parameter> tables = input.parameters().stream();
    boolean tied = head.parameters().isEmpty();
    return tables.skip(tied ? 1 : 0).mapToLong(Parameter::length).sum();
  }
}
