package io.evomoe.models.llama;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;

/**
 * Llama's architecture (Touvron et al. 2023, arXiv 2302.13971) and its successors. It has rotary
 * positions, RMS normalization before each branch, gated feed-forward networks and grouped-query
 * attention. {@link StackConfig} and its blocks have the differences between Llama, Mistral, Qwen3
 * and the mixtures Mixtral, Qwen3-MoE, OLMoE and Qwen2-MoE.
 *
 * <p>Initial weights are GPT-2's ({@link Initialization#gpt2}).
 */
public final class Llama extends CausalLanguageModel {
  /**
   * Creates a Llama with initial weights.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Llama(LanguageModelConfig config, Gates gates, Scope root) {
    super(config, false, gates, root);
  }
}
