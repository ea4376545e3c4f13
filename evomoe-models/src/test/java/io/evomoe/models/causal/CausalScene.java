package io.evomoe.models.causal;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Arrays;
import java.util.List;

/** Moments and small batches for tests of causal models, and the law that they all have. */
public final class CausalScene {
  private static final int LENGTH = 4;

  private CausalScene() {}

  public static StepContext training(long seed) {
    return new StepContext(10, Phase.SOFT, 0.5, true, seed);
  }

  public static StepContext evaluation() {
    return training(1).evaluating();
  }

  /** Sequences of four tokens. */
  public static LanguageBatch batch(int[] ids, int... targets) {
    return new LanguageBatch(TokenBatch.of(LENGTH, ids), targets);
  }

  /**
   * A token changes what is said after it, and nothing before.
   *
   * @param ids of sequences of four tokens, of which 7 is none
   */
  public static void assertSeesNoLaterToken(CausalLanguageModel model, int[] ids) {
    for (StepContext context : List.of(evaluation(), training(1))) {
      for (int changed = 0; changed < LENGTH; changed++) {
        int[] others = ids.clone();
        others[changed] = 7;
        for (int place = 0; place < LENGTH; place++) {
          double before = lossAt(model, ids, place, context);
          boolean same = Math.abs(lossAt(model, others, place, context) - before) < 1e-12;
          assertThat(same)
              .as("token %d changed, loss at %d", changed, place)
              .isEqualTo(place < changed);
        }
      }
    }
  }

  /** The loss of naming token 3 at one place. */
  private static double lossAt(
      CausalLanguageModel model, int[] ids, int place, StepContext context) {
    int[] targets = new int[ids.length];
    Arrays.fill(targets, LanguageBatch.IGNORED);
    targets[place] = 3;
    return model.loss(batch(ids, targets), context).value();
  }
}
