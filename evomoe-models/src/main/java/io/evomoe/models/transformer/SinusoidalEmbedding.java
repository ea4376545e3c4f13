package io.evomoe.models.transformer;

import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Token embeddings times {@code sqrt(d)}, plus the position encodings of Vaswani et al. 2017,
 * section 3.5, in the paper's layout. Column {@code 2i} is {@code sin(p / 10000^(2i/d))} and column
 * {@code 2i + 1} the cosine of the same angle, with p from 0. (tensor2tensor and fairseq put all
 * sines before all cosines, with slightly wider frequency spacing. The order of columns does not
 * matter to a network that learns its weights from scratch.)
 */
final class SinusoidalEmbedding implements TextEncoder.Embeddings {
  private static final double BASE = 10_000;

  private final Kernels kernels;
  private final int positions;
  private final Embedding tokens;
  private final INDArray sinusoids;
  private final double scale;

  SinusoidalEmbedding(Kernels kernels, Embedding tokens, int positions, int width) {
    this.kernels = kernels;
    this.positions = positions;
    this.tokens = tokens;
    this.sinusoids = table(positions, width, kernels);
    this.scale = Math.sqrt(width);
  }

  /**
   * Returns the encodings of the positions from 0, [positions, width]; outside of any workspace.
   */
  static INDArray table(int positions, int width, Kernels kernels) {
    double[] values = new double[Math.multiplyExact(positions, width)];
    for (int p = 0; p < positions; p++) {
      for (int column = 0; column < width; column++) {
        int even = column - column % 2;
        double angle = p / Math.pow(BASE, (double) even / width);
        values[p * width + column] = column == even ? Math.sin(angle) : Math.cos(angle);
      }
    }
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return kernels.write(values, positions, width);
    }
  }

  @Override
  public Output lookUp(Pass pass) {
    Output token = tokens.lookUp(pass.tokens().ids());
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

  @Override
  public Embedding tokens() {
    return tokens;
  }

  @Override
  public int positions() {
    return positions;
  }

  /** Returns none: the encoder and the decoder share the table of the model. */
  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
