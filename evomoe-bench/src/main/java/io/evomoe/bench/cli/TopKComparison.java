package io.evomoe.bench.cli;

import io.evomoe.models.transformer.Search;
import io.evomoe.run.Run;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.Measurement;
import java.util.List;

/**
 * The validation loss of a trained model with its gate's routing, and with a fixed number of
 * experts per token.
 *
 * @param expertsPerToken experts per token
 * @param asRouted with the gate's routing at the checkpoint's step
 * @param fixed with {@code expertsPerToken} experts per token
 */
record TopKComparison(int expertsPerToken, Measurement asRouted, Measurement fixed) {
  /**
   * The batches of {@link EvalRequest#HELD_OUT} for the loss, with as little translation as
   * possible.
   */
  private static final EvalRequest HELD_OUT_LOSS =
      new EvalRequest(
          null, "valid", EvalRequest.HELD_OUT.batches(), 1, 0, Search.greedy(), null, null);

  /**
   * Measures a run on its validation set.
   *
   * @throws IllegalArgumentException if its gate does not support this number, or its data is
   *     missing
   */
  static TopKComparison of(Run<?> run, int expertsPerToken) {
    Measurement fixed = run.evaluate(HELD_OUT_LOSS.withExpertsPerToken(expertsPerToken));
    return new TopKComparison(expertsPerToken, run.evaluate(HELD_OUT_LOSS), fixed);
  }

  /** Returns lines for the user. */
  List<String> lines() {
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
