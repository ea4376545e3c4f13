package io.evomoe.models.transformer;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.LayerNorm;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import java.util.List;

/** The encoder or the decoder: embedding, dropout, blocks and a final normalization. */
final class Side {
  private final PositionedEmbedding embedding;
  private final Sequential layers;
  private final EvolvingLayers evolving;

  /**
   * Creates the encoder or the decoder.
   *
   * @param scope contains {@code blocks} and {@code finalNorm}
   * @param embedding shared by encoder and decoder
   */
  Side(
      Scope scope,
      PositionedEmbedding embedding,
      StackConfig size,
      Stack.Kind kind,
      Gates gates,
      TransformerConfig model) {
    Initialization init = Initialization.gpt2(size.numHiddenLayers(), size.hiddenSize());
    Stack stack =
        new Stack(
            scope,
            size,
            kind,
            NormPlacement.BEFORE,
            gates,
            model.moeLayers(),
            init,
            model.vocabulary());
    this.embedding = embedding;
    this.layers =
        Sequential.of(
            new Dropout(scope.child("embedding"), size.dropout()),
            stack,
            new LayerNorm(scope.child("finalNorm"), size.hiddenSize(), size.norm().epsilon()));
    this.evolving = stack.evolving();
  }

  /** Returns the rows of the pass's tokens [S, d]; the pullback ends at the embedding. */
  Output forward(Pass pass) {
    Output read = embedding.forward(pass);
    Output rows = layers.forward(read.value(), pass);
    return new Output(
        rows.value(), dy -> read.pullback().pull(rows.pullback().pull(dy)), rows.reports());
  }

  /** Returns all parameters except the embedding. */
  List<Parameter> parameters() {
    return layers.parameters();
  }

  EvolvingLayers evolving() {
    return evolving;
  }

  /**
   * Returns the number of parameters, except the embedding, that a token with this many experts
   * uses.
   */
  double activeParameters(double meanActiveExperts) {
    double all = parameters().stream().mapToLong(Parameter::length).sum();
    return all - evolving.idleParameters(meanActiveExperts);
  }
}
