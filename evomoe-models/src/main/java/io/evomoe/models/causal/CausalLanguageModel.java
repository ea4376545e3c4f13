package io.evomoe.models.causal;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.models.stack.ScopedModel;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A decoder that predicts the next token: embeddings, a stack of causal blocks, a final
 * normalization and logits. Subclasses add the embeddings and the output head.
 */
public abstract class CausalLanguageModel extends ScopedModel<LanguageBatch> {
  private final int vocabulary;
  private final int positions;
  private final StackConfig size;
  private final Stack stack;
  private final Sequential body;

  /**
   * Creates the blocks and the final normalization with initial weights.
   *
   * @param vocabulary number of token ids
   * @param positions longest sequence
   * @param size size of the blocks
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  protected CausalLanguageModel(
      int vocabulary, int positions, StackConfig size, Gates gates, Scope root) {
    super(root);
    this.vocabulary = vocabulary;
    this.positions = positions;
    this.size = size;
    stack =
        new Stack(
            root,
            size,
            Stack.Kind.CAUSAL,
            NormPlacement.BEFORE,
            gates,
            size.moeLayers(),
            initialization(size),
            vocabulary);
    body =
        Sequential.of(
            new Dropout(root.child("embeddings"), size.dropout()),
            stack,
            size.norm().in(root.child("finalNorm"), size.hiddenSize()));
  }

  /** Returns the weight initialization of such a model. */
  protected static Initialization initialization(StackConfig size) {
    return Initialization.gpt2(size.numHiddenLayers(), size.hiddenSize());
  }

  /** Embeds the pass's tokens as rows [S, d]; the pullback's result is ignored. */
  protected abstract Output embed(Pass pass);

  /** Returns logits [n, vocabulary] of rows [n, d]. */
  protected abstract Output logits(INDArray hidden, Pass pass);

  /** Returns the parameters before the blocks. */
  protected abstract List<Parameter> embeddingParameters();

  /** Returns the parameters after the blocks; none if the head shares the embedding's weights. */
  protected List<Parameter> headParameters() {
    return List.of();
  }

  /** Returns the number of table elements that are looked up and never multiplied with. */
  protected abstract long lookedUp();

  /** Returns the number of token ids. */
  public final int vocabulary() {
    return vocabulary;
  }

  /** Returns the length of the longest sequence. */
  public final int positions() {
    return positions;
  }

  /** Returns the size and form of the blocks. */
  public final StackConfig stack() {
    return size;
  }

  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    return lifetime().during(() -> enteredLoss(batch, context));
  }

  private Loss enteredLoss(LanguageBatch batch, StepContext context) {
    Pass pass = new Pass(context, batch.tokens());
    Output hidden = hidden(pass);
    Output logits = logits(hidden.value(), pass);
    double value = kernels().crossEntropy(logits.value(), batch.targets(), context.training());
    if (context.training() && !Double.isFinite(value)) {
      hidden(pass.search());
    }
    int realTokens = batch.tokens().realTokens();
    double activeExperts = RoutingReport.meanActiveExperts(hidden.reports());
    return Loss.of(
        value,
        batch.countedTargets(),
        realTokens,
        Loss.trainFlops(activeParameters(activeExperts), realTokens),
        hidden.reports(),
        context,
        () ->
            lifetime()
                .during(() -> hidden.pullback().pull(logits.pullback().pull(logits.value()))));
  }

  /**
   * Returns the logits of the token after each sequence's last one, [sequences, vocabulary].
   *
   * @param read sequences of at most {@link #positions()} tokens
   */
  public final INDArray nextTokenLogits(TokenBatch read, StepContext context) {
    return nextTokenLogits(new Pass(context.evaluating(), read));
  }

  /**
   * Returns the logits of the next tokens after cached ones, [sequences, vocabulary], and adds the
   * new tokens to the cache.
   *
   * @param read the new tokens: first the whole prompt, then one token per sequence; for a joint
   *     cache, padding follows
   */
  public final INDArray nextTokenLogits(TokenBatch read, StepContext context, KeyValueCache cache) {
    INDArray logits = nextTokenLogits(new Pass(context.evaluating(), read).withCache(cache));
    cache.advance(read.length());
    return logits;
  }

  private INDArray nextTokenLogits(Pass pass) {
    try (Lifetime.Call ignored = lifetime().enter()) {
      INDArray hidden = hidden(pass).value();
      return logits(kernels().gatherRows(hidden, pass.tokens().lastRows()), pass).value();
    }
  }

  /**
   * Returns the logits after every token in evaluation mode, [sequences * length, vocabulary].
   *
   * @param read sequences of at most {@link #positions()} tokens
   */
  public final INDArray logits(TokenBatch read, StepContext context) {
    Pass pass = new Pass(context.evaluating(), read);
    return lifetime().during(() -> logits(hidden(pass).value(), pass).value());
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
    return lifetime().during(() -> hidden(new Pass(context.evaluating(), read)).value());
  }

  /** Returns the rows after the final normalization [S, d]; the pullback ends at the embeddings. */
  private Output hidden(Pass pass) {
    if (pass.longest() > positions) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d".formatted(positions, pass.longest()));
    }
    Output embedded = embed(pass);
    Output out = body.forward(embedded.value(), pass);
    return new Output(
        out.value(), dy -> embedded.pullback().pull(out.pullback().pull(dy)), out.reports());
  }

  @Override
  public final List<Parameter> parameters() {
    return Stream.of(embeddingParameters(), body.parameters(), headParameters())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public final EvolvingLayers evolving() {
    return stack.evolving();
  }

  @Override
  public final double activeParameters(double meanActiveExperts) {
    double all = parameters().stream().mapToLong(Parameter::length).sum();
    return all - lookedUp() - evolving().idleParameters(meanActiveExperts);
  }
}
