package io.evomoe.models.llama;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackSize;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Linear;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The decoder of today, Llama's architecture (Touvron et al. 2023, arXiv 2302.13971) and of what
 * came after it: rotary positions, normalisation by the root mean square before each branch, gated
 * feed-forward nets, grouped-query attention. What differs between Llama, Mistral, Qwen3, and the
 * mixtures Mixtral, Qwen3-MoE, OLMoE and Qwen2-MoE is said by the {@link StackSize}.
 *
 * <p>Initial weights are GPT-2's ({@link Initialization#gpt2}).
 */
public final class Llama extends CausalLanguageModel {
  private final LlamaConfig config;
  private final Embedding tokens;
  private final Stack stack;
  private final Sequential body;
  private final @Nullable Linear head;

  /**
   * A Llama with fresh weights.
   *
   * @param gates makes the gates, and says when there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels to
   *     compute with, whose data type is the model's
   */
  public Llama(LlamaConfig config, Gates gates, Scope root) {
    super(root);
    this.config = config;
    StackSize size = config.stack();
    Initialization init = Initialization.gpt2(size.layers(), size.width());
    double deviation = init.deviation();
    tokens = new Embedding(root.child("tokens"), config.vocabulary(), size.width(), deviation);
    ExpertPlan plan = size.expertPlan(gates, size.moeLayers(), init, config.vocabulary(), true);
    stack = new Stack(root, size, Stack.Kind.CAUSAL, NormPlacement.BEFORE, plan);
    body =
        Sequential.of(
            new Dropout(root.child("embeddings"), size.dropout()),
            stack,
            size.norm().in(root.child("finalNorm"), size.width()));
    head =
        config.tied()
            ? null
            : new Linear(root.child("head"), size.width(), config.vocabulary(), deviation, false);
  }

  @Override
  protected Output embed(Pass pass) {
    return tokens.lookUp(pass.tokens().ids());
  }

  @Override
  protected Output decode(INDArray embedded, Pass pass) {
    return body.forward(embedded, pass);
  }

  @Override
  protected Output logits(INDArray hidden, Pass pass) {
    return head == null ? tokens.logits(hidden) : head.forward(hidden, pass);
  }

  @Override
  protected long lookedUp() {
    return config.tied() ? 0 : (long) config.vocabulary() * config.stack().width();
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(
            tokens.parameters(),
            body.parameters(),
            head == null ? List.<Parameter>of() : head.parameters())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public EvolvingLayers evolving() {
    return stack.evolving();
  }

  @Override
  public int vocabulary() {
    return config.vocabulary();
  }

  @Override
  public int positions() {
    return config.positions();
  }

  @Override
  public StackSize stack() {
    return config.stack();
  }

  /** The size. */
  public LlamaConfig config() {
    return config;
  }
}
