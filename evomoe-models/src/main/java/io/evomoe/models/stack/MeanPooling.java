package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean over the tokens of each sequence: x [S, d] becomes [sequences, d]. Padding does not
 * count; a sequence of padding alone has a row of zeros.
 */
record MeanPooling(Kernels kernels) implements Layer {

  @Override
  public Output forward(INDArray x, Pass pass) {
    TokenBatch tokens = pass.tokens();
    int[] sequences = new int[tokens.size()];
    int[] counts = new int[tokens.sequences()];
    for (int s = 0; s < sequences.length; s++) {
      sequences[s] = s / tokens.length();
      counts[sequences[s]] += tokens.isPadding(s) ? 0 : 1;
    }
    double[] weights = new double[sequences.length];
    for (int s = 0; s < weights.length; s++) {
      weights[s] = tokens.isPadding(s) ? 0 : 1.0 / counts[sequences[s]];
    }
    return new Output(
        kernels.combineRows(x, sequences, weights, counts.length),
        dy -> kernels.spreadRows(dy, sequences, weights));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
