package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model of whole texts: MoE blocks, the mean of each text's tokens, and a linear layer. Extend it
 * with a loss, to learn a number or a class of each text.
 *
 * @param <B> a batch
 */
public abstract class PooledModel<B> extends EncoderModel<B> {
  /**
   * Creates the layers with initial weights.
   *
   * @param root scope of the whole model
   * @param gates makes the gates, and decides whether there are experts
   * @param outputs numbers for each text: 1 for a regression, else the number of classes
   */
  protected PooledModel(Scope root, LanguageModelConfig config, Gates gates, int outputs) {
    super(
        root,
        root.seed(),
        new TextEncoder(root, config, Stack.Kind.BIDIRECTIONAL, gates),
        encoder ->
            Sequential.of(
                new MeanPooling(root.kernels()),
                new Linear(root.child("head"), config.stack().hiddenSize(), outputs, 0.1)),
        false);
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
    Output rows = encoder().encode(pass); // [S, d], a row for each token
    Output outputs = head().forward(rows.value(), pass); // [texts, outputs]
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
    return lifetime().during(() -> logits(pass, null).toDoubleMatrix());
  }

  /** Returns those of the encoder: the head's are used once for a text, not for each token. */
  @Override
  public double activeParameters(double meanActiveExperts) {
    return encoder().activeParameters(meanActiveExperts);
  }

  /**
   * The loss of a model's outputs, and its gradient.
   *
   * @param value mean over the texts
   * @param gradient of the value with respect to the outputs
   */
  public record OutputLoss(double value, INDArray gradient) {

    /**
     * Computes the mean squared error of a regression, {@code mean((prediction - target)^2)}.
     *
     * @param predictions [n, 1]
     * @param targets n values, at least one
     */
    public static OutputLoss squaredError(Kernels kernels, INDArray predictions, double[] targets) {
      requireSame("predictions", predictions.length(), targets.length);
      double[] gradient = kernels.read(predictions);
      double sum = 0;
      for (int i = 0; i < targets.length; i++) {
        double error = gradient[i] - targets[i];
        sum += error * error;
        gradient[i] = 2 * error / targets.length;
      }
      return new OutputLoss(sum / targets.length, kernels.write(gradient, predictions.shape()));
    }

    /**
     * Computes the mean cross-entropy of a classification, in nats.
     *
     * @param logits [n, classes], overwritten by the gradient
     * @param labels n classes, counted from 0, at least one
     */
    public static OutputLoss crossEntropy(Kernels kernels, INDArray logits, int[] labels) {
      requireSame("rows of logits", logits.size(0), labels.length);
      for (int label : labels) {
        if (label < 0 || label >= logits.size(1)) {
          throw new IllegalArgumentException(
              "label must be in [0, %d), was %d".formatted(logits.size(1), label));
        }
      }
      return new OutputLoss(kernels.crossEntropy(logits, labels, true), logits);
    }

    private static void requireSame(String what, long number, int targets) {
      if (targets == 0 || number != targets) {
        throw new IllegalArgumentException(
            "%s must be as many as the %d targets, at least 1, were %d"
                .formatted(what, targets, number));
      }
    }
  }
}
