package io.evomoe.run.internal.task;

import io.evomoe.models.transformer.Search;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.Measurement;
import java.util.List;

/**
 * What it costs a trained model to give every token the same number of experts: its held-out loss
 * as its gate routes, and so.
 *
 * @param expertsPerToken experts of a token
 * @param asRouted as the run's gate routes at the checkpoint's step
 * @param fixed with {@code expertsPerToken} experts a token
 */
public record TopKComparison(int expertsPerToken, Measurement asRouted, Measurement fixed) {
  /** The loss of {@link EvalRequest#HELD_OUT}, for which no sentence need be translated well. */
  private static final EvalRequest HELD_OUT_LOSS =
      new EvalRequest(null, "valid", EvalRequest.HELD_OUT.batches(), 1, 0, Search.greedy(), null);

  /**
   * Measures a run on its held-out data.
   *
   * @throws IllegalArgumentException if its gate cannot give so many, or its data is gone
   */
  public static TopKComparison of(RunCheckpoint run, int expertsPerToken) {
    Task<?, ?> task = Tasks.named(run.config().task());
    Measurement fixed = task.evaluate(run, HELD_OUT_LOSS.withExpertsPerToken(expertsPerToken));
    return new TopKComparison(expertsPerToken, task.evaluate(run, HELD_OUT_LOSS), fixed);
  }

  /** Lines for people. */
  public List<String> lines() {
    return List.of(
        "%s on %,d %s, %s, of %s"
            .formatted(
                asRouted.run(),
                asRouted.tokens(),
                asRouted.unit(),
                asRouted.share().text(),
                asRouted.text()),
        "as the gate routes: loss %.4f nats, perplexity %.2f"
            .formatted(asRouted.loss(), asRouted.perplexity()),
        "%s a token: loss %.4f nats, perplexity %.2f, %+.4f nats"
            .formatted(
                expertsPerToken == 1 ? "1 expert" : expertsPerToken + " experts",
                fixed.loss(),
                fixed.perplexity(),
                fixed.loss() - asRouted.loss()));
  }
}
