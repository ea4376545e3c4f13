package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;

/**
 * Whether an evaluated gate is the softmax router with a fixed number of experts of published
 * models ({@link Gate#topKRouting(StepContext)}). In such a router a token uses the k experts with
 * the largest logits {@code z = x W}. Ties go to the lowest expert.
 */
public sealed interface TopKRouting {

  /**
   * The gate is such a router, for all tokens and batches.
   *
   * @param experts k, the experts of every token, 1 to E
   * @param renormalized whether a token's weights are the softmax of its k logits and sum to 1
   *     (Mixtral, arXiv 2401.04088, section 2.1). Otherwise they are the softmax over all E experts
   *     (Switch Transformers, arXiv 2101.03961, section 2.1; OLMoE, arXiv 2409.02060, section 2)
   * @param router W [d, E], live; z has no bias
   */
  record Fixed(int experts, boolean renormalized, Parameter router) implements TopKRouting {

    /** Rejects a number of experts that W does not have. */
    public Fixed {
      long all = router.value().size(1);
      if (experts < 1 || experts > all) {
        throw new IllegalArgumentException(
            "experts must be in 1..%d, was %d".formatted(all, experts));
      }
    }
  }

  /**
   * The gate is not such a router for all tokens, or does not say.
   *
   * @param reason the end of a sentence that begins with the gate's name, e.g. {@code looks up its
   *     expert by the token's id}
   */
  record Other(String reason) implements TopKRouting {

    /** The value for a layer of one expert. */
    public static final Other ONE_EXPERT =
        new Other("has one expert in each layer and does not route");
  }
}
