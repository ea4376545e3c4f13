package io.evomoe.models.transformer;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.models.text.PairBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The encoder-decoder Transformer (Vaswani et al. 2017) with experts in both stacks.
 *
 * <p>Blocks are pre-norm and each stack ends in a normalization, as in fairseq's {@code
 * normalize_before}, because the paper's post-norm blocks are harder to train. Both languages share
 * one embedding, times {@code sqrt(d)}, which is the output head too (section 3.4). It is drawn
 * from N(0, 1/d), so that the stacks' input has variance 1.
 */
public final class Transformer implements Model<PairBatch> {
  private final TransformerConfig config;
  private final Scope root;
  private final Embedding tokens;
  private final TextEncoder encoder;
  private final TextEncoder decoder;
  private final EvolvingLayers evolving;

  /**
   * Creates a Transformer with initial weights.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Transformer(TransformerConfig config, Gates gates, Scope root) {
    this.config = config;
    this.root = root;
    int width = config.width();
    tokens = new Embedding(root.child("tokens"), config.vocabulary(), width, 1 / Math.sqrt(width));
    SinusoidalEmbedding embedding =
        new SinusoidalEmbedding(kernels(), tokens, config.positions(), width);
    encoder =
        encoder(
            root.child("encoder"), embedding, config.encoder(), Stack.Kind.BIDIRECTIONAL, gates);
    decoder =
        encoder(root.child("decoder"), embedding, config.decoder(), Stack.Kind.DECODER, gates);
    evolving =
        new EvolvingLayers(
            Stream.of(encoder, decoder)
                .flatMap(side -> side.evolving().places().stream())
                .toList());
  }

  private TextEncoder encoder(
      Scope scope, SinusoidalEmbedding embedding, StackConfig size, Stack.Kind kind, Gates gates) {
    return new TextEncoder(
        scope,
        embedding,
        new Dropout(scope.child("embedding"), size.dropout()),
        size,
        kind,
        NormPlacement.BEFORE,
        gates,
        config.moeLayers());
  }

  @Override
  public Loss loss(PairBatch batch, StepContext context) {
    return lifetime().during(() -> enteredLoss(batch, context));
  }

  private Loss enteredLoss(PairBatch batch, StepContext context) {
    Pass reading = new Pass(context, batch.source());
    Output source = encoder.encode(reading);
    Memory memory = new Memory(source.value(), batch.source(), kernels());
    Pass writing = new Pass(context, batch.target()).withMemory(memory);
    Output target = decoder.encode(writing);
    Output logits = tokens.logits(target.value());
    double smoothing = context.training() ? config.labelSmoothing() : 0;
    double value =
        kernels().crossEntropy(logits.value(), batch.targets(), smoothing, context.training());
    if (context.training() && !Double.isFinite(value)) {
      encoder.encode(reading.withSearching(true));
      decoder.encode(writing.withSearching(true));
    }
    List<RoutingReport> reports =
        Stream.concat(source.reports().stream(), target.reports().stream()).toList();
    return Loss.of(
        value,
        batch.countedTargets(),
        batch.source().realTokens() + batch.target().realTokens(),
        trainFlops(batch, source.reports(), target.reports()),
        reports,
        context,
        () -> {
          try (Lifetime.Call ignored = lifetime().enter()) {
            target.pullback().pull(logits.pullback().pull(logits.value()));
            source.pullback().pull(memory.gradient());
          }
        });
  }

  private double trainFlops(
      PairBatch batch, List<RoutingReport> source, List<RoutingReport> target) {
    double encoding = encoder.activeParameters(RoutingReport.meanActiveExperts(source));
    double decoding = decoder.activeParameters(RoutingReport.meanActiveExperts(target));
    return Loss.trainFlops(encoding, batch.source().realTokens())
        + Loss.trainFlops(decoding + headParameters(), batch.target().realTokens());
  }

  /**
   * Encodes sources for the decoder.
   *
   * @param source at most {@link TransformerConfig#positions()} tokens each
   */
  public Memory encode(TokenBatch source, StepContext context) {
    Pass pass = new Pass(context.evaluating(), source);
    return lifetime().during(() -> new Memory(encoder.encode(pass).value(), source, kernels()));
  }

  /** Returns the logits of every target token in evaluation mode, [S, vocabulary]. */
  public INDArray logits(PairBatch batch, StepContext context) {
    try (Lifetime.Call ignored = lifetime().enter()) {
      Memory memory = encode(batch.source(), context);
      Pass pass = new Pass(context.evaluating(), batch.target()).withMemory(memory);
      return tokens.logits(decoder.encode(pass).value()).value();
    }
  }

  /**
   * Returns the logits of the token after each sequence's last one, [sequences, vocabulary].
   *
   * @param read target tokens, with the same number of sequences for each source in the memory
   * @param memory of the sources
   * @param cache of the tokens before {@code read}, to which these are added; null if {@code read}
   *     has whole sequences
   */
  public INDArray nextTokenLogits(
      TokenBatch read, Memory memory, @Nullable KeyValueCache cache, StepContext context) {
    Pass pass = new Pass(context.evaluating(), read).withMemory(memory).withCache(cache);
    try (Lifetime.Call ignored = lifetime().enter()) {
      INDArray rows = decoder.encode(pass).value();
      if (cache != null) {
        cache.advance(read.length());
      }
      INDArray last = read.length() == 1 ? rows : kernels().gatherRows(rows, read.lastRows());
      return tokens.logits(last).value();
    }
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(tokens.parameters(), encoder.parameters(), decoder.parameters())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public EvolvingLayers evolving() {
    return evolving;
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    return headParameters()
        + encoder.activeParameters(meanActiveExperts)
        + decoder.activeParameters(meanActiveExperts);
  }

  private double headParameters() {
    return (double) config.vocabulary() * config.width();
  }

  @Override
  public long seed() {
    return root.seed();
  }

  @Override
  public Kernels kernels() {
    return root.kernels();
  }

  @Override
  public Lifetime lifetime() {
    return root.lifetime();
  }

  /** Returns the size. */
  public TransformerConfig config() {
    return config;
  }

  /**
   * The size of an encoder-decoder Transformer.
   *
   * @param vocabulary number of token ids, shared by both languages, at least 1
   * @param positions longest source or target, its end token included; at least 2
   * @param encoder size of the encoder's stack
   * @param decoder size of the decoder's stack, with the encoder's hidden size
   * @param labelSmoothing share of a target's probability that training spreads over all tokens, in
   *     [0, 1); 0.1 in Vaswani et al. 2017, section 5.4
   */
  public record TransformerConfig(
      int vocabulary,
      int positions,
      StackConfig encoder,
      StackConfig decoder,
      double labelSmoothing) {

    /** Rejects sizes out of bounds. */
    public TransformerConfig {
      FieldBound.atLeast("vocabulary", vocabulary, 1);
      FieldBound.atLeast("positions", positions, 2);
      if (decoder.hiddenSize() != encoder.hiddenSize()) {
        throw new IllegalArgumentException(
            "decoder.width must be that of the encoder, %d, was %d"
                .formatted(encoder.hiddenSize(), decoder.hiddenSize()));
      }
      FieldBound.belowOne("labelSmoothing", labelSmoothing);
    }

    /** Returns the hidden size of both stacks and of the embedding. */
    public int width() {
      return encoder.hiddenSize();
    }

    /** Returns the number of MoE blocks in both stacks. */
    public int moeLayers() {
      return encoder.moeLayers() + decoder.moeLayers();
    }
  }
}
