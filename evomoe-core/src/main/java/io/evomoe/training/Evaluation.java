package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
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
    Map<String, List<Integer>> firstExperts = new LinkedHashMap<>();
    double sum = 0;
    long targets = 0;
    for (B batch : batches) {
      try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
        Loss loss = model.loss(batch, context.evaluating());
        sum += loss.value() * loss.targets();
        targets += loss.targets();
        for (RoutingReport report : loss.reports()) {
          firstExperts
              .computeIfAbsent(report.layer(), name -> new ArrayList<>())
              .addAll(report.firstExperts());
        }
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
   * @param firstExperts by layer the first expert of each token except padding, whether target or
   *     not
   */
  public record Measured(
      OptionalDouble loss, long targets, Map<String, List<Integer>> firstExperts) {

    static final Measured NOTHING = new Measured(OptionalDouble.empty(), 0, Map.of());

    /**
     * Returns the share of the tokens whose first expert has changed, in 0..1, averaged over
     * layers: the routing fluctuation (Dai et al., "StableMoE", ACL 2022, arXiv 2204.08396). The
     * validation batches never change, so they are its probe set.
     *
     * @param earlier an earlier measurement of the same tokens
     * @return empty if no layer was measured both times, e.g. before the experts are spawned
     */
    OptionalDouble changedSince(Measured earlier) {
      return firstExperts.keySet().stream()
          .filter(layer -> earlier.of(layer).size() == of(layer).size() && !of(layer).isEmpty())
          .mapToDouble(layer -> changed(earlier.of(layer), of(layer)))
          .average();
    }

    private List<Integer> of(String layer) {
      return firstExperts.getOrDefault(layer, List.of());
    }

    private static double changed(List<Integer> before, List<Integer> after) {
      return IntStream.range(0, after.size())
          .mapToDouble(s -> before.get(s).equals(after.get(s)) ? 0 : 1)
          .average()
          .orElse(0);
    }
  }
}
