package io.evomoe.models.roberta;

import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An encoder with a head that predicts classes for selected rows.
 *
 * @param root scope of the model
 * @param encoder encodes all tokens
 * @param head maps rows [n, d] to logits [n, classes]
 * @param headParameters parameters in the head's matrix products, for one row
 */
record HeadedEncoder(Scope root, RobertaEncoder encoder, Layer head, double headParameters) {

  /** Returns the logits of selected rows, [rows.length, classes]. */
  INDArray logits(TokenBatch read, int[] rows, StepContext context) {
    Pass pass = new Pass(context.evaluating(), read);
    return root.lifetime()
        .during(() -> head.forward(encoder.rows(rows, pass).value(), pass).value());
  }

  /**
   * Returns the mean cross-entropy of selected rows.
   *
   * @param rows of the tokens, at least one
   * @param targets class of each of these rows; negative to ignore it
   * @param counted number of targets that are not negative
   */
  Loss loss(TokenBatch read, int[] rows, int[] targets, int counted, StepContext context) {
    return root.lifetime().during(() -> enteredLoss(read, rows, targets, counted, context));
  }

  private Loss enteredLoss(
      TokenBatch read, int[] rows, int[] targets, int counted, StepContext context) {
    Pass pass = new Pass(context, read);
    Output hidden = encoder.rows(rows, pass);
    Output logits = head.forward(hidden.value(), pass);
    double value = root.kernels().crossEntropy(logits.value(), targets, context.training());
    if (context.training() && !Double.isFinite(value)) {
      encoder.rows(rows, pass.search());
    }
    List<RoutingReport> reports = hidden.reports();
    double active = RoutingReport.meanActiveExperts(reports);
    double flops =
        Loss.trainFlops(encoder.activeParameters(active), read.realTokens())
            + Loss.trainFlops(headParameters, rows.length);
    return Loss.of(
        value,
        counted,
        read.realTokens(),
        flops,
        reports,
        context,
        () ->
            root.lifetime()
                .during(() -> hidden.pullback().pull(logits.pullback().pull(logits.value()))));
  }

  double activeParameters(double meanActiveExperts) {
    return encoder.activeParameters(meanActiveExperts) + headParameters;
  }

  List<Parameter> parameters() {
    return Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
  }
}
