package io.evomoe.training;

import io.evomoe.nn.Workspaces;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.OptionalDouble;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Measures a model on validation batches, one after another in its own workspace.
 *
 * @param <B> a batch
 */
public record Evaluation<B>(Model<B> model, List<B> batches) {
  private static final String WORKSPACE = "EVOMOE_EVALUATION";

  /** Copies the batches. */
  public Evaluation {
    batches = List.copyOf(batches);
  }

  /**
   * Returns the mean task loss over all counted targets, in nats, without noise, dropout and
   * capacity.
   *
   * @param context phase and temperature of the measurement; treated as evaluation
   * @return empty if no target counts
   */
  public OptionalDouble loss(StepContext context) {
    return measure(context).loss();
  }

  /**
   * Measures the loss and the first expert of each token.
   *
   * @param context phase and temperature of the measurement; treated as evaluation
   */
  public Measured measure(StepContext context) {
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
        targets == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / targets),
        targets,
        firstExperts);
  }

  /**
   * The result of one evaluation.
   *
   * @param loss mean task loss over all counted targets, in nats; empty if no target counts
   * @param targets number of counted targets
   * @param firstExperts first experts of all tokens except padding, whether targets or not
   */
  public record Measured(OptionalDouble loss, long targets, FirstExperts firstExperts) {}
}
