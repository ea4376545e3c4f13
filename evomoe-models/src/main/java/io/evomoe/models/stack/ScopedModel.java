package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * A model whose parameters are all in one scope, which has its kernels and seed.
 *
 * @param <B> a batch
 */
public abstract class ScopedModel<B> implements Model<B> {
  private final Scope root;
  private final long seed;

  /** Creates a model in its root scope. */
  protected ScopedModel(Scope root) {
    this(root, root.seed());
  }

  /**
   * Creates a model with another seed for its training.
   *
   * @param seed seed of the training's random numbers, except the initial weights
   */
  protected ScopedModel(Scope root, long seed) {
    this.root = root;
    this.seed = seed;
  }

  /**
   * Returns the mean cross-entropy of predictions, with its backward pass.
   *
   * @param encoder returns the hidden rows of a pass [n, d]
   * @param head maps them to logits [n, classes]
   * @param targets class of each row; negative to ignore it
   * @param counted number of targets that are not negative
   * @param flops from the mean number of active experts
   */
  protected final Loss crossEntropy(
      Pass pass,
      Function<Pass, Output> encoder,
      Layer head,
      int[] targets,
      int counted,
      DoubleUnaryOperator flops) {
    return lifetime()
        .during(
            () -> {
              boolean training = pass.step().training();
              Output hidden = encoder.apply(pass);
              Output logits = head.forward(hidden.value(), pass);
              double value = kernels().crossEntropy(logits.value(), targets, training);
              if (training && !Double.isFinite(value)) {
                // Throws an exception that names the layer with the first non-finite value.
                Output unused = encoder.apply(pass.withSearching(true));
              }
              return Loss.of(
                  value,
                  counted,
                  pass.tokens().realTokens(),
                  flops.applyAsDouble(RoutingReport.meanActiveExperts(hidden.reports())),
                  hidden.reports(),
                  pass.step(),
                  () ->
                      lifetime()
                          .during(
                              () ->
                                  hidden.pullback().pull(logits.pullback().pull(logits.value()))));
            });
  }

  /** Returns the root scope. */
  public final Scope root() {
    return root;
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
