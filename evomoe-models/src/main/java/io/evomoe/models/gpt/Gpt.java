package io.evomoe.models.gpt;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;

/**
 * GPT-2's architecture (Radford et al. 2019) with experts in any of its blocks. It has learned
 * positions, pre-norm blocks, a final normalization, and an output head tied to the token
 * embedding.
 */
public final class Gpt extends CausalLanguageModel {
  /**
   * Creates a GPT with initial weights.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Gpt(LanguageModelConfig config, Gates gates, Scope root) {
    super(config, true, gates, root);
  }
}
