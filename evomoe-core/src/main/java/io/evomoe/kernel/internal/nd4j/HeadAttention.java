package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head attention as batched products over arrays [batch * heads, positions, w]. Matrices
 * [batch * positions, heads * w] may be column views; all results are new arrays. Heads of keys and
 * values that several query heads share are repeated for each.
 */
final class HeadAttention {
  private final AttentionShape shape;

  HeadAttention(AttentionShape shape) {
    this.shape = shape;
  }

  Attended forward(INDArray q, INDArray k, INDArray v, AttentionMask mask) {
    mask.requireFit(shape);
    INDArray queries = queryHeads(q).muli(scale(k));
    INDArray scores = Nd4j.matmul(queries, keyHeads(k), false, true, false);
    if (shape.causal() && !mask.hasDocuments()) {
      scores.addi(causalMask(q.dataType()));
    }
    if (!mask.isNone()) {
      hide(mask, scores);
    }
    INDArray probabilities = Nd4j.createUninitialized(q.dataType(), scores.shape());
    Nd4j.exec(new SoftMax(scores, probabilities, -1));
    INDArray attended = Nd4j.matmul(probabilities, keyHeads(v));
    return new Stored(this, q, k, v, mergeQueries(attended), probabilities);
  }

  private INDArray valueGradient(INDArray probabilities, INDArray dOutput) {
    INDArray dHeads = queryHeads(dOutput);
    return mergeShared(Nd4j.matmul(probabilities, dHeads, true, false, false));
  }

  /**
   * Returns the gradient of the scores before their division by {@code sqrt(d / heads)}, multiplied
   * by it.
   */
  private INDArray scoreGradient(INDArray v, INDArray probabilities, INDArray dOutput) {
    INDArray dHeads = queryHeads(dOutput);
    INDArray dp = Nd4j.matmul(dHeads, keyHeads(v), false, true, false);
    INDArray mean = dp.mul(probabilities).sum(true, 2);
    return dp.sub(mean).muli(probabilities).muli(scale(v));
  }

  private INDArray queryGradient(INDArray dScores, INDArray k) {
    return mergeQueries(Nd4j.matmul(dScores, keyHeads(k)));
  }

  private INDArray keyGradient(INDArray dScores, INDArray q) {
    INDArray queries = queryHeads(q);
    return mergeShared(Nd4j.matmul(dScores, queries, true, false, false));
  }

  /** Returns {@code 1 / sqrt(w)}, computed from the rows of all heads of keys or values. */
  private double scale(INDArray shared) {
    return 1 / Math.sqrt((double) shared.columns() / shape.keyValueHeads());
  }

  private INDArray queryHeads(INDArray matrix) {
    return split(matrix, shape.queries(), shape.heads());
  }

  /**
   * Returns keys or values [batch * heads, keys, w], repeated for the query heads that share them.
   */
  private INDArray keyHeads(INDArray matrix) {
    INDArray own = split(matrix, shape.keys(), shape.keyValueHeads());
    return shape.group() == 1 ? own : own.repeat(0, shape.group());
  }

  private INDArray split(INDArray matrix, int positions, int heads) {
    long width = matrix.columns() / heads;
    return matrix
        .dup('c')
        .reshape(shape.batch(), positions, heads, width)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape((long) shape.batch() * heads, positions, width);
  }

  /** Returns gradients of keys or values, summed over the heads that share them. */
  private INDArray mergeShared(INDArray heads) {
    long keys = heads.size(1);
    long width = heads.size(2);
    long own = (long) shape.batch() * shape.keyValueHeads();
    INDArray summed =
        shape.group() == 1 ? heads : heads.reshape(own, shape.group(), keys, width).sum(1);
    return merge(summed, shape.keys(), shape.keyValueHeads());
  }

  private INDArray merge(INDArray heads, int positions, int count) {
    long width = heads.size(2);
    return heads
        .reshape(shape.batch(), count, positions, width)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape((long) shape.batch() * positions, count * width);
  }

  private INDArray mergeQueries(INDArray heads) {
    return merge(heads, shape.queries(), shape.heads());
  }

  private void hide(AttentionMask mask, INDArray scores) {
    boolean byQuery = mask.hasDocuments();
    float[] hidden = byQuery ? ofQueries(mask) : mask.ofKeys(shape);
    int queries = byQuery ? shape.queries() : 1;
    scores
        .reshape(shape.batch(), shape.heads(), shape.queries(), shape.keys())
        .addi(
            Nd4j.createFromArray(hidden)
                .castTo(scores.dataType())
                .reshape(shape.batch(), 1, queries, shape.keys()));
    // ND4J's softmax in double is NaN if every score is far below 0.
    scores.subi(scores.max(true, 2));
  }

  /** Returns the mask [batch, queries, keys], including causality. */
  private float[] ofQueries(AttentionMask mask) {
    int area = shape.queries() * shape.keys();
    float[] hidden = new float[shape.batch() * area];
    for (int sequence = 0; sequence < shape.batch(); sequence++) {
      mask.write(shape, sequence, 0, shape.queries(), shape.keys(), hidden, sequence * area);
    }
    return hidden;
  }

  private INDArray causalMask(DataType type) {
    double[] mask = new double[shape.queries() * shape.keys()];
    for (int query = 0; query < shape.queries(); query++) {
      int firstHidden = Math.min(query + 1, shape.keys());
      int row = query * shape.keys();
      Arrays.fill(mask, row + firstHidden, row + shape.keys(), AttentionMask.HIDDEN);
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
