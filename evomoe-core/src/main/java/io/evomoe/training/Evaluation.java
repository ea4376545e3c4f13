package io.evomoe.training;

import io.evomoe.nn.Workspaces;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.OptionalDouble;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Measures a model on held-out batches, one after another in a workspace of its own.
 *
 * @param <B> a batch
 */
public final class Evaluation<B> {
  private static final String WORKSPACE = "EVOMOE_EVALUATION";

  private final Model<B> model;
  private final List<B> batches;

  /** Measures {@code model} on {@code batches}. */
  public Evaluation(Model<B> model, List<B> batches) {
    this.model = model;
    this.batches = List.copyOf(batches);
  }

  /**
   * Mean task loss over all counted targets, in nats, without noise, dropout and capacity.
   *
   * @param context phase and temperature to measure at, in training or not
   * @return empty when no target counts
   */
  public OptionalDouble loss(StepContext context) {
    return measure(context).loss();
  }

  /**
   * The loss, and which experts the tokens had first.
   *
   * @param context phase and temperature to measure at, in training or not
   */
  Measured measure(StepContext context) {
    FirstExperts firstExperts = new FirstExperts();
    double sum = 0;
    long targets = 0;
    for (B batch : batches) {
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = model.loss(batch, context.evaluating());
        sum += loss.value() * loss.targets();
        targets += loss.targets();
        firstExperts.add(loss.reports());
      }
    }
    return new Measured(
        targets == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / targets), firstExperts);
  }

  /**
   * What one evaluation found.
   *
   * @param loss mean task loss over all counted targets, in nats; empty when no target counts
   * @param firstExperts of all tokens but padding, whether targets or not
   */
  record Measured(OptionalDouble loss, FirstExperts firstExperts) {}
}
