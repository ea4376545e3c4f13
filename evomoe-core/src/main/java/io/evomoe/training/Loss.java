package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import java.util.List;

/**
 * Loss of one batch.
 *
 * @param value mean over the counted targets, in nats, without auxiliary losses
 * @param auxLoss sum of the gates' auxiliary losses, coefficients included
 * @param targets number of counted targets: the weight of this batch in a mean over several
 * @param tokens number of tokens without padding; sums up several sequences, e.g. source and target
 * @param flops floating-point operations of forward and backward: {@link #trainFlops} of each net
 *     with its own tokens
 * @param reports reports of the MoE layers, in order
 * @param backward adds the gradient of {@code value + auxLoss} to every parameter; call it at most
 *     once
 */
public record Loss(
    double value,
    double auxLoss,
    int targets,
    int tokens,
    double flops,
    List<RoutingReport> reports,
    Runnable backward) {

  /** Makes the reports unmodifiable. */
  public Loss {
    reports = List.copyOf(reports);
  }

  /**
   * Returns a loss whose auxiliary part is that of its MoE layers.
   *
   * @param context an evaluated loss rejects a backward pass
   * @param backward adds the gradient, starting from that of the value
   */
  public static Loss of(
      double value,
      int targets,
      int tokens,
      double flops,
      List<RoutingReport> reports,
      StepContext context,
      Runnable backward) {
    return new Loss(
        value,
        reports.stream().mapToDouble(RoutingReport::auxLoss).sum(),
        targets,
        tokens,
        flops,
        reports,
        () -> {
          if (!context.training()) {
            throw new IllegalStateException("an evaluated loss has no backward pass");
          }
          backward.run();
        });
  }

  /**
   * Returns the FLOPs of one training step: two in the forward pass and four in the backward pass
   * for each parameter and token (Kaplan et al., arXiv 2001.08361, section 2.1). Attention scores
   * are not counted.
   *
   * @param activeParameters parameters that take part in the matrix products of one token
   */
  public static double trainFlops(double activeParameters, int tokens) {
    return 6 * activeParameters * tokens;
  }
}
