package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
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
 * Token and position embeddings, pre-norm blocks with MoE layers, and a final normalization: the
 * body of a model of one's own, which adds a head and a loss.
 */
public final class TextEncoder {
  private final InputEmbedding embedding;
  private final Stack stack;
  private final Sequential body;

  /**
   * Creates the layers with initial weights.
   *
   * @param root scope of the whole model
   * @param kind the tokens that a token attends to; no decoder
   * @param gates makes the gates, and decides whether there are experts
   */
  public TextEncoder(
      Scope root, EmbeddingSize embedding, StackConfig size, Stack.Kind kind, Gates gates) {
    Initialization init = Initialization.gpt2(size.numHiddenLayers(), size.hiddenSize());
    this.embedding = new InputEmbedding(root, embedding, size.hiddenSize(), init.deviation());
    this.stack =
        new Stack(
            root,
            size,
            kind,
            NormPlacement.BEFORE,
            gates,
            size.moeLayers(),
            init,
            embedding.vocabulary());
    this.body =
        Sequential.of(
            new Dropout(root.child("embeddings"), size.dropout()),
            stack,
            size.norm().in(root.child("finalNorm"), size.hiddenSize()));
  }

  /** Returns a row for each token of the pass, [S, d]; the pullback ends at the embeddings. */
  public Output encode(Pass pass) {
    Output embedded = embedding.lookUp(pass);
    Output hidden = body.forward(embedded.value(), pass);
    return new Output(
        hidden.value(),
        (INDArray dy) -> embedded.pullback().pull(hidden.pullback().pull(dy)),
        hidden.reports());
  }

  /** Returns the trainable parameters in a fixed order. */
  public List<Parameter> parameters() {
    return Stream.of(embedding.parameters(), body.parameters()).flatMap(List::stream).toList();
  }

  /** Returns the layers that have experts or can get them. */
  public EvolvingLayers evolving() {
    return stack.evolving();
  }

  /** Returns the parameters in the matrix products of one token, without the embedding tables. */
  public double activeParameters(double meanActiveExperts) {
    double all = body.parameters().stream().mapToLong(Parameter::length).sum();
    return all - evolving().idleParameters(meanActiveExperts);
  }
}
