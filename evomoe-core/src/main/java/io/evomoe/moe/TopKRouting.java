package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;

/**
 * Whether a gate, evaluated, is the softmax router with a fixed number of experts that published
 * models have ({@link Gate#topKRouting(StepContext)}): a token goes to the k experts of the largest
 * logits {@code z = x W}, ties to the lowest expert, and nothing else becomes of it.
 */
public sealed interface TopKRouting {

  /**
   * It is: for any tokens, in any batch.
   *
   * @param experts k of every token, 1 to E
   * @param renormalized whether the weights of a token's k experts are the softmax of their k
   *     logits and sum to 1 (Mixtral, arXiv 2401.04088, section 2.1); else they are those of the
   *     softmax over all E (Switch Transformers, arXiv 2101.03961, section 2.1; OLMoE, arXiv
   *     2409.02060, section 2)
   * @param router W [d, E], live; z has no bias
   */
  record Fixed(int experts, boolean renormalized, Parameter router) implements TopKRouting {

    /** Refuses a number of experts that W does not have. */
    public Fixed {
      long all = router.value().size(1);
      if (experts < 1 || experts > all) {
        throw new IllegalArgumentException(
            "experts must be in 1..%d, was %d".formatted(all, experts));
      }
    }
  }

  /**
   * It is not, or not for all tokens, or does not say.
   *
   * @param reason the end of a sentence that begins with the gate's name, such as {@code looks up
   *     its expert by the token's id}
   */
  record Other(String reason) implements TopKRouting {

    /** Of a layer of one expert. */
    public static final Other ONE_EXPERT =
        new Other("has one expert in each layer and does not route");
  }
}
