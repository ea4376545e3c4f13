package io.evomoe.models.gpt;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.InputEmbedding;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.LayerNorm;
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
import io.evomoe.training.Model;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GPT-2's architecture (Radford et al. 2019): learned positions, pre-normalised blocks, a final
 * normalisation and an output head tied to the token embedding; with experts in every k-th block.
 */
public final class Gpt implements Model<LanguageBatch> {
  private final GptConfig config;
  private final long seed;
  private final Kernels kernels;
  private final InputEmbedding embedding;
  private final Stack stack;
  private final Sequential body;

  /**
   * A GPT with fresh weights.
   *
   * @param gates makes the gates, and says when there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels to
   *     compute with, whose data type is the model's
   */
  public Gpt(GptConfig config, Gates gates, Scope root) {
    this.config = config;
    this.kernels = root.kernels();
    this.seed = root.seed();
    StackSize size = config.stack();
    Initialization init = Initialization.gpt2(size.layers(), size.width());
    embedding =
        new InputEmbedding(
            root,
            EmbeddingSize.of(config.vocabulary(), config.positions()),
            size.width(),
            init.deviation());
    ExpertPlan plan = size.expertPlan(gates, size.moeLayers(), init, config.vocabulary(), true);
    stack = new Stack(root, size, Stack.Kind.CAUSAL, NormPlacement.BEFORE, plan);
    LayerNorm finalNorm = new LayerNorm(root.child("finalNorm"), size.width(), size.normEpsilon());
    body = Sequential.of(new Dropout(root.child("embeddings"), size.dropout()), stack, finalNorm);
  }

  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    Output hidden = hidden(new Pass(context, batch.tokens()));
    Output logits = embedding.tokens().logits(hidden.value());
    int[] targets = batch.targets();
    double value = kernels.crossEntropy(logits.value(), targets, context.training());
    int realTokens = batch.tokens().realTokens();
    double activeExperts = RoutingReport.meanActiveExperts(hidden.reports());
    return Loss.of(
        value,
        batch.countedTargets(),
        realTokens,
        Loss.trainFlops(activeParameters(activeExperts), realTokens),
        hidden.reports(),
        context,
        () -> hidden.pullback().pull(logits.pullback().pull(logits.value())));
  }

  /**
   * Logits of the token after each sequence's last, [sequences, vocabulary].
   *
   * @param read sequences of at most {@link GptConfig#positions()} tokens
   */
  public INDArray nextTokenLogits(TokenBatch read, StepContext context) {
    return nextTokenLogits(new Pass(context.evaluating(), read));
  }

  /**
   * The same after tokens that the cache holds, which gets these as well.
   *
   * @param read the tokens that are new: the whole prompt first, then one a sequence
   */
  public INDArray nextTokenLogits(TokenBatch read, StepContext context, KeyValueCache cache) {
    INDArray logits = nextTokenLogits(new Pass(context.evaluating(), read).withCache(cache));
    cache.advance(read.length());
    return logits;
  }

  /** An empty cache for sequences of at most {@code capacity} tokens, prompt included. */
  public KeyValueCache newCache(int sequences, int capacity) {
    return new KeyValueCache(sequences, capacity, kernels);
  }

  private INDArray nextTokenLogits(Pass pass) {
    TokenBatch read = pass.tokens();
    INDArray hidden = hidden(pass).value();
    int[] last = new int[read.sequences()];
    for (int i = 0; i < last.length; i++) {
      last[i] = (i + 1) * read.length() - 1;
    }
    return embedding.tokens().logits(kernels.gatherRows(hidden, last)).value();
  }

  /** Rows after the final normalisation [S, d]; the pullback ends at the embeddings. */
  private Output hidden(Pass pass) {
    Output embedded = embedding.lookUp(pass);
    Output out = body.forward(embedded.value(), pass);
    return new Output(
        out.value(), dy -> embedded.pullback().pull(out.pullback().pull(dy)), out.reports());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(embedding.parameters(), body.parameters()).flatMap(List::stream).toList();
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public EvolvingLayers evolving() {
    return stack.evolving();
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    double all = parameters().stream().mapToLong(Parameter::length).sum();
    return all - embedding.lookedUp() - stack.evolving().idleParameters(meanActiveExperts);
  }

  /** The size. */
  public GptConfig config() {
    return config;
  }
}
