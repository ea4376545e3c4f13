package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Linear;
import io.evomoe.nn.MeanPooling;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import io.evomoe.training.OutputLoss;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model of whole texts: MoE blocks, the mean of each text's tokens, and a linear layer. Extend it
 * with a loss, to learn a number or a class of each text.
 *
 * @param <B> a batch
 */
public abstract class PooledModel<B> extends ScopedModel<B> {
  private final TextEncoder encoder;
  private final Sequential head;

  /**
   * Creates the layers with initial weights.
   *
   * @param root scope of the whole model
   * @param gates makes the gates, and decides whether there are experts
   * @param outputs numbers for each text: 1 for a regression, else the number of classes
   */
  protected PooledModel(
      Scope root, EmbeddingSize embedding, StackConfig stack, Gates gates, int outputs) {
    super(root);
    this.encoder = new TextEncoder(root, embedding, stack, Stack.Kind.BIDIRECTIONAL, gates);
    this.head =
        Sequential.of(
            new MeanPooling(root.kernels()),
            new Linear(root.child("head"), stack.hiddenSize(), outputs, 0.1));
  }

  /** Returns the texts of a batch. */
  protected abstract TokenBatch texts(B batch);

  /**
   * Computes the loss of the outputs.
   *
   * @param outputs [texts, outputs]; may be overwritten
   */
  protected abstract OutputLoss loss(INDArray outputs, B batch);

  @Override
  public Loss loss(B batch, StepContext context) {
    return lifetime().during(() -> forward(batch, context));
  }

  private Loss forward(B batch, StepContext context) {
    TokenBatch texts = texts(batch);
    Pass pass = new Pass(context, texts);
    Output rows = encoder.encode(pass); // [S, d], a row for each token
    Output outputs = head.forward(rows.value(), pass); // [texts, outputs]
    OutputLoss loss = loss(outputs.value(), batch);
    double experts = RoutingReport.meanActiveExperts(rows.reports());
    int tokens = texts.realTokens();
    return Loss.of(
        loss.value(),
        texts.sequences(),
        tokens,
        Loss.trainFlops(activeParameters(experts), tokens),
        rows.reports(), // with the auxiliary losses of the gates
        context,
        () ->
            lifetime()
                .during(() -> rows.pullback().pull(outputs.pullback().pull(loss.gradient()))));
  }

  /** Returns the outputs of each text, [texts][outputs]. */
  public double[][] outputs(TokenBatch texts, StepContext context) {
    Pass pass = new Pass(context.evaluating(), texts);
    return lifetime()
        .during(() -> head.forward(encoder.encode(pass).value(), pass).value().toDoubleMatrix());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
  }

  @Override
  public EvolvingLayers evolving() {
    return encoder.evolving();
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    return encoder.activeParameters(meanActiveExperts);
  }
}
