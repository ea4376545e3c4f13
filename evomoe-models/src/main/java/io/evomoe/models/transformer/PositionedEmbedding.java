package io.evomoe.models.transformer;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The input of a stack: token embeddings times {@code sqrt(d)}, plus {@link Sinusoids}. */
final class PositionedEmbedding {
  private final Kernels kernels;
  private final Embedding tokens;
  private final INDArray sinusoids;
  private final double scale;

  PositionedEmbedding(Kernels kernels, Embedding tokens, int positions, int width) {
    this.kernels = kernels;
    this.tokens = tokens;
    this.sinusoids = Sinusoids.table(positions, width, kernels);
    this.scale = Math.sqrt(width);
  }

  /** Returns the rows of the pass's tokens [S, d]; the pullback ends at the embedding. */
  Output forward(Pass pass) {
    TokenBatch read = pass.tokens();
    if (pass.longest() > sinusoids.size(0)) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d"
              .formatted(sinusoids.size(0), pass.longest()));
    }
    Output token = tokens.lookUp(read.ids());
    INDArray rows = kernels.gatherRows(sinusoids, pass.positions());
    kernels.scale(token.value(), scale);
    kernels.addInto(rows, token.value());
    return new Output(
        rows,
        dy -> {
          INDArray scaled = kernels.copy(dy);
          kernels.scale(scaled, scale);
          return token.pullback().pull(scaled);
        });
  }
}
