package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.KeyPadding;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head attention as batched products over arrays [batch * heads, positions, d / heads].
 * Matrices [batch * positions, d] may be column views; all results are new arrays.
 */
final class HeadAttention {
  /** Far below any score, yet finite in float: its exponential is exactly 0. */
  private static final double MASKED = -1e30;

  private final AttentionShape shape;

  HeadAttention(AttentionShape shape) {
    this.shape = shape;
  }

  Attended forward(INDArray q, INDArray k, INDArray v, KeyPadding padding) {
    INDArray queries = split(q, shape.queries()).muli(scale(q));
    INDArray scores = Nd4j.matmul(queries, split(k, shape.keys()), false, true, false);
    if (shape.causal()) {
      scores.addi(causalMask(q.dataType()));
    }
    if (!padding.isNone()) {
      hide(padding, scores);
    }
    INDArray probabilities = Nd4j.createUninitialized(q.dataType(), scores.shape());
    Nd4j.exec(new SoftMax(scores, probabilities, -1));
    INDArray attended = Nd4j.matmul(probabilities, split(v, shape.keys()));
    return new Stored(this, q, k, v, merge(attended, shape.queries()), probabilities);
  }

  private INDArray valueGradient(INDArray probabilities, INDArray dOutput) {
    INDArray dHeads = split(dOutput, shape.queries());
    return merge(Nd4j.matmul(probabilities, dHeads, true, false, false), shape.keys());
  }

  /** Gradient of the scores before their division by {@code sqrt(d / heads)}, times that. */
  private INDArray scoreGradient(INDArray v, INDArray probabilities, INDArray dOutput) {
    INDArray dHeads = split(dOutput, shape.queries());
    INDArray dp = Nd4j.matmul(dHeads, split(v, shape.keys()), false, true, false);
    INDArray mean = dp.mul(probabilities).sum(true, 2);
    return dp.sub(mean).muli(probabilities).muli(scale(v));
  }

  private INDArray queryGradient(INDArray dScores, INDArray k) {
    return merge(Nd4j.matmul(dScores, split(k, shape.keys())), shape.queries());
  }

  private INDArray keyGradient(INDArray dScores, INDArray q) {
    INDArray queries = split(q, shape.queries());
    return merge(Nd4j.matmul(dScores, queries, true, false, false), shape.keys());
  }

  private double scale(INDArray matrix) {
    return 1 / Math.sqrt((double) matrix.columns() / shape.heads());
  }

  private INDArray split(INDArray matrix, int positions) {
    long width = matrix.columns() / shape.heads();
    return matrix
        .dup('c')
        .reshape(shape.batch(), positions, shape.heads(), width)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape((long) shape.batch() * shape.heads(), positions, width);
  }

  private INDArray merge(INDArray heads, int positions) {
    long width = heads.size(2);
    return heads
        .reshape(shape.batch(), shape.heads(), positions, width)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape((long) shape.batch() * positions, shape.heads() * width);
  }

  private void hide(KeyPadding padding, INDArray scores) {
    INDArray mask = Nd4j.createFromArray(padding.mask(shape)).castTo(scores.dataType());
    scores
        .reshape(shape.batch(), shape.heads(), shape.queries(), shape.keys())
        .addi(mask.reshape(shape.batch(), 1, 1, shape.keys()));
    // ND4J's softmax in double is NaN where every score is far below 0.
    scores.subi(scores.max(true, 2));
  }

  private INDArray causalMask(DataType type) {
    double[] mask = new double[shape.queries() * shape.keys()];
    for (int query = 0; query < shape.queries(); query++) {
      int firstHidden = Math.min(query + 1, shape.keys());
      int row = query * shape.keys();
      Arrays.fill(mask, row + firstHidden, row + shape.keys(), MASKED);
    }
    INDArray matrix = Nd4j.createFromArray(mask).castTo(type);
    return matrix.reshape(1, shape.queries(), shape.keys());
  }

  private record Stored(
      HeadAttention attention,
      INDArray q,
      INDArray k,
      INDArray v,
      INDArray output,
      INDArray probabilities)
      implements Attended {
    @Override
    public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
      dv.assign(attention.valueGradient(probabilities, dOutput));
      INDArray dScores = attention.scoreGradient(v, probabilities, dOutput);
      dq.assign(attention.queryGradient(dScores, k));
      dk.assign(attention.keyGradient(dScores, q));
    }
  }
}
