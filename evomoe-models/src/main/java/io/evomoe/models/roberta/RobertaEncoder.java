package io.evomoe.models.roberta;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.InputEmbedding;
import io.evomoe.models.stack.Stack;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.LayerNorm;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Token and position embeddings, and the blocks; shared by pre-training and fine-tuning. */
final class RobertaEncoder {
  private final Kernels kernels;
  private final InputEmbedding embedding;
  private final Stack stack;
  private final Sequential body;

  RobertaEncoder(Scope root, RobertaConfig config, Gates gates, Initialization init) {
    int width = config.stack().hiddenSize();
    kernels = root.kernels();
    embedding = new InputEmbedding(root, config.embedding(), width, init.deviation());
    stack =
        new Stack(
            root,
            config.stack(),
            Stack.Kind.BIDIRECTIONAL,
            NormPlacement.AFTER,
            gates,
            config.stack().moeLayers(),
            init,
            config.vocabulary());
    body =
        Sequential.of(
            new LayerNorm(root.child("embeddingNorm"), width, config.stack().norm().epsilon()),
            new Dropout(root.child("embeddings"), config.stack().dropout()),
            stack);
  }

  /**
   * Returns the last block's output at selected tokens; all tokens take part in the computation.
   *
   * @param rows of the tokens, at least one
   * @return [rows.length, d]; the pullback ends at the embeddings
   */
  Output rows(int[] rows, Pass pass) {
    Output embedded = embedding.lookUp(pass);
    Output hidden = body.forward(embedded.value(), pass);
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    return new Output(
        kernels.gatherRows(hidden.value(), rows),
        dy -> {
          INDArray dHidden = kernels.combineRows(dy, rows, ones, pass.tokens().size());
          return embedded.pullback().pull(hidden.pullback().pull(dHidden));
        },
        hidden.reports());
  }

  Embedding tokens() {
    return embedding.tokens();
  }

  EvolvingLayers evolving() {
    return stack.evolving();
  }

  /** As {@link io.evomoe.training.Model#activeParameters}, without the embedding tables. */
  double activeParameters(double meanActiveExperts) {
    double all = body.parameters().stream().mapToLong(Parameter::length).sum();
    return all - evolving().idleParameters(meanActiveExperts);
  }

  List<Parameter> parameters() {
    return Stream.of(embedding.parameters(), body.parameters()).flatMap(List::stream).toList();
  }
}
