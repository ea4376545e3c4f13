package io.evomoe.models.llama;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Llama's architecture (Touvron et al. 2023, arXiv 2302.13971) and its successors. It has rotary
 * positions, RMS normalization before each branch, gated feed-forward networks and grouped-query
 * attention. {@link StackConfig} and its blocks have the differences between Llama, Mistral, Qwen3
 * and the mixtures Mixtral, Qwen3-MoE, OLMoE and Qwen2-MoE.
 *
 * <p>Initial weights are GPT-2's ({@link Initialization#gpt2}).
 */
public final class Llama extends CausalLanguageModel {
  private final LlamaConfig config;
  private final Embedding tokens;
  private final @Nullable Linear head;

  /**
   * Creates a Llama with initial weights.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Llama(LlamaConfig config, Gates gates, Scope root) {
    super(config.vocabulary(), config.positions(), config.stack(), gates, root);
    this.config = config;
    int width = config.stack().hiddenSize();
    double deviation = initialization(config.stack()).deviation();
    tokens = new Embedding(root.child("tokens"), config.vocabulary(), width, deviation);
    head =
        config.tied()
            ? null
            : new Linear(root.child("head"), width, config.vocabulary(), deviation, false);
  }

  @Override
  protected Output embed(Pass pass) {
    return tokens.lookUp(pass.tokens().ids());
  }

  @Override
  protected Output logits(INDArray hidden, Pass pass) {
    return head == null ? tokens.logits(hidden) : head.forward(hidden, pass);
  }

  @Override
  protected List<Parameter> embeddingParameters() {
    return tokens.parameters();
  }

  @Override
  protected List<Parameter> headParameters() {
    return head == null ? List.of() : head.parameters();
  }

  @Override
  protected long lookedUp() {
    return config.tied() ? 0 : (long) config.vocabulary() * config.stack().hiddenSize();
  }

  /** Returns the size. */
  public LlamaConfig config() {
    return config;
  }
}
