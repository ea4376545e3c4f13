package io.evomoe.models.gpt;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.InputEmbedding;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackSize;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GPT-2's architecture (Radford et al. 2019): learned positions, pre-normalised blocks, a final
 * normalisation and an output head tied to the token embedding; with experts in every k-th block.
 */
public final class Gpt extends CausalLanguageModel {
  private final GptConfig config;
  private final InputEmbedding embedding;
  private final Stack stack;
  private final Sequential body;

  /**
   * A GPT with fresh weights.
   *
   * @param gates makes the gates, and says when there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels to
   *     compute with, whose data type is the model's
   */
  public Gpt(GptConfig config, Gates gates, Scope root) {
    super(root);
    this.config = config;
    StackSize size = config.stack();
    Initialization init = Initialization.gpt2(size.layers(), size.width());
    embedding =
        new InputEmbedding(
            root,
            EmbeddingSize.of(config.vocabulary(), config.positions()),
            size.width(),
            init.deviation());
    ExpertPlan plan = size.expertPlan(gates, size.moeLayers(), init, config.vocabulary(), true);
    stack = new Stack(root, size, Stack.Kind.CAUSAL, NormPlacement.BEFORE, plan);
    Norm finalNorm = size.norm().in(root.child("finalNorm"), size.width());
    body = Sequential.of(new Dropout(root.child("embeddings"), size.dropout()), stack, finalNorm);
  }

  @Override
  protected Output embed(Pass pass) {
    return embedding.lookUp(pass);
  }

  @Override
  protected Output decode(INDArray embedded, Pass pass) {
    return body.forward(embedded, pass);
  }

  @Override
  protected Output logits(INDArray hidden, Pass pass) {
    return embedding.tokens().logits(hidden);
  }

  @Override
  protected long lookedUp() {
    return embedding.lookedUp();
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(embedding.parameters(), body.parameters()).flatMap(List::stream).toList();
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
  public GptConfig config() {
    return config;
  }
}
