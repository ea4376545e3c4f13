package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model of one encoder and a head that predicts classes, such as the next token.
 *
 * @param <B> a batch
 */
public abstract class EncoderModel<B> implements Model<B> {
  private final Scope root;
  private final long seed;
  private final TextEncoder encoder;
  private final Layer head;
  private final double headParameters;

  /**
   * Creates a model.
   *
   * @param root scope of the whole model, which has its kernels
   * @param seed seed of the training's random numbers, except the initial weights
   * @param head makes the layer that maps rows [n, d] to logits [n, classes]
   * @param tied whether the head multiplies with the token embedding's table
   */
  protected EncoderModel(
      Scope root, long seed, TextEncoder encoder, Function<TextEncoder, Layer> head, boolean tied) {
    this.root = root;
    this.seed = seed;
    this.encoder = encoder;
    this.head = head.apply(encoder);
    this.headParameters =
        count(this.head.parameters()) + (tied ? count(encoder.tokens().parameters()) : 0);
  }

  private static double count(List<Parameter> parameters) {
    return parameters.stream().mapToLong(Parameter::length).sum();
  }

  /**
   * Returns the mean cross-entropy of predictions, with its backward pass.
   *
   * @param rows rows of the tokens to predict from, at least one; null for all
   * @param targets class of each of these rows; negative to ignore it
   * @param counted number of targets that are not negative
   */
  protected final Loss crossEntropy(
      TokenBatch read, int @Nullable [] rows, int[] targets, int counted, StepContext context) {
    return crossEntropy(read, rows, targets, counted, 1, context);
  }

  /**
   * Returns the mean cross-entropy of predictions, with its backward pass.
   *
   * @param weight factor of value and gradient of a training step
   */
  protected final Loss crossEntropy(
      TokenBatch read,
      int @Nullable [] rows,
      int[] targets,
      int counted,
      double weight,
      StepContext context) {
    double factor = context.training() ? weight : 1;
    return lifetime()
        .during(() -> enteredLoss(new Pass(context, read), rows, targets, counted, factor));
  }

  private Loss enteredLoss(
      Pass pass, int @Nullable [] rows, int[] targets, int counted, double weight) {
    boolean training = pass.step().training();
    Output hidden = hidden(pass, rows);
    Output logits = head.forward(hidden.value(), pass);
    double value = weight * kernels().crossEntropy(logits.value(), targets, training);
    if (weight != 1) {
      kernels().scale(logits.value(), weight);
    }
    if (training && !Double.isFinite(value)) {
      // Throws an exception that names the layer with the first non-finite value.
      Output unused = encoder.encode(pass.withSearching(true));
    }
    int tokens = pass.tokens().realTokens();
    double active = encoder.activeParameters(RoutingReport.meanActiveExperts(hidden.reports()));
    return Loss.of(
        value,
        counted,
        tokens,
        Loss.trainFlops(active, tokens)
            + Loss.trainFlops(headParameters, rows == null ? tokens : rows.length),
        hidden.reports(),
        pass.step(),
        () ->
            lifetime()
                .during(() -> hidden.pullback().pull(logits.pullback().pull(logits.value()))));
  }

  private Output hidden(Pass pass, int @Nullable [] rows) {
    return rows == null ? encoder.encode(pass) : encoder.encode(pass, rows);
  }

  /**
   * Returns logits, [rows.length, classes].
   *
   * @param rows rows of the tokens to predict from, at least one; null for all
   */
  protected final INDArray logits(Pass pass, int @Nullable [] rows) {
    return lifetime().during(() -> head.forward(hidden(pass, rows).value(), pass).value());
  }

  /** Returns the last hidden states of all tokens in evaluation mode, [S, d]. */
  public final INDArray hiddenStates(TokenBatch read, StepContext context) {
    return lifetime().during(() -> encoder.encode(new Pass(context.evaluating(), read)).value());
  }

  /** Returns the embeddings and blocks. */
  public final TextEncoder encoder() {
    return encoder;
  }

  /** Returns the head. */
  protected final Layer head() {
    return head;
  }

  /** Returns the root scope. */
  public final Scope root() {
    return root;
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
  public double activeParameters(double meanActiveExperts) {
    return encoder.activeParameters(meanActiveExperts) + headParameters;
  }

  @Override
  public final long seed() {
    return seed;
  }

  @Override
  public final Kernels kernels() {
    return root.kernels();
  }

  @Override
  public final Lifetime lifetime() {
    return root.lifetime();
  }
}
