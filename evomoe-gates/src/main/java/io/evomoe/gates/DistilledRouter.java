package io.evomoe.gates;

import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * StableMoE's distilled router (Dai et al., arXiv 2204.08396, section 3.2): a word embedding of
 * dimension 50, multiplied by a centroid of each expert. It uses only the token's id.
 */
final class DistilledRouter {
  private static final int WIDTH = 50;
  private static final double EMBEDDING_DEVIATION = 1;

  private final Embedding embedding;
  private final ExpertCentroids centroids;

  /** Creates {@code embedding.weight} [vocabulary, 50] and {@code centroids} [E, 50]. */
  DistilledRouter(Scope scope, GateSpec spec) {
    this.embedding =
        new Embedding(scope.child("embedding"), spec.vocabulary(), WIDTH, EMBEDDING_DEVIATION);
    this.centroids = new ExpertCentroids(scope, spec.experts(), WIDTH);
  }

  List<Parameter> parameters() {
    return Stream.concat(embedding.parameters().stream(), Stream.of(centroids.centroids()))
        .toList();
  }

  /**
   * Returns the parameters of all embedding rows except one, for {@link
   * io.evomoe.moe.Gate#idleParameters}.
   */
  long idleParameters() {
    return (long) (embedding.entries() - 1) * WIDTH;
  }

  /** Returns whether its training has ended. */
  boolean isFrozen() {
    return parameters().stream().allMatch(Parameter::frozen);
  }

  /** Ends its training permanently. */
  void freeze() {
    parameters().forEach(Parameter::freeze);
  }

  /** Looks up the embeddings of token ids. */
  Output words(int[] ids) {
    return embedding.lookUp(ids);
  }

  /** Computes the logits of embeddings [n, E] for kernels. */
  INDArray array(Output words) {
    return centroids.array(words.value());
  }

  /** Returns the host copy of {@link #array} if it is finite. */
  TokenMatrix requireFinite(TokenMatrix logits) {
    return centroids.requireFinite(logits);
  }

  /** Returns the mean cross-entropy to the chosen experts, in nats. */
  static double crossEntropy(TokenMatrix logits, int[] expertOf) {
    double[] logSumExp = Softmax.logSumExp(logits);
    double sum = 0;
    for (int i = 0; i < expertOf.length; i++) {
      sum += logSumExp[i] - logits.get(i, expertOf[i]);
    }
    return sum / expertOf.length;
  }

  /**
   * Adds the gradients of {@code coefficient * crossEntropy(expertOf)} with respect to the
   * parameters.
   */
  void addGradient(Output words, TokenMatrix logits, double coefficient, int[] expertOf) {
    TokenMatrix dLogits = Softmax.of(logits, 1);
    dLogits.eachRow(
        i -> {
          dLogits.add(i, expertOf[i], -1);
          for (int e = 0; e < dLogits.columns(); e++) {
            dLogits.set(i, e, coefficient * dLogits.get(i, e) / expertOf.length);
          }
        });
    INDArray dWords = centroids.backward(words.value(), dLogits);
    words.pullback().pull(dWords);
  }
}
