package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head attention as batched products over arrays [batch * heads, positions, w]. Matrices
 * [batch * positions, heads * w] may be column views; all results are new arrays. Heads of keys and
 * values that several query heads share are repeated for each.
 */
final class HeadAttention implements Attended {
  private final INDArray q;
  private final INDArray k;
  private final INDArray v;
  private final AttentionShape shape;
  private final INDArray probabilities;
  private final INDArray output;

  HeadAttention(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    mask.requireFit(shape);
    this.q = q;
    this.k = k;
    this.v = v;
    this.shape = shape;
    INDArray queries = queryHeads(q).muli(scale());
    INDArray scores = Nd4j.matmul(queries, keyHeads(k), false, true, false);
    if (shape.causal() || !mask.isNone()) {
      hide(mask, scores);
    }
    probabilities = Nd4j.createUninitialized(q.dataType(), scores.shape());
    Nd4j.exec(new SoftMax(scores, probabilities, -1));
    output = mergeQueries(Nd4j.matmul(probabilities, keyHeads(v)));
  }

  @Override
  public INDArray output() {
    return output;
  }

  @Override
  public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
    INDArray dHeads = queryHeads(dOutput);
    dv.assign(mergeShared(Nd4j.matmul(probabilities, dHeads, true, false, false)));
    INDArray dp = Nd4j.matmul(dHeads, keyHeads(v), false, true, false);
    INDArray mean = dp.mul(probabilities).sum(true, 2);
    INDArray dScores = dp.sub(mean).muli(probabilities).muli(scale());
    dq.assign(mergeQueries(Nd4j.matmul(dScores, keyHeads(k))));
    dk.assign(mergeShared(Nd4j.matmul(dScores, queryHeads(q), true, false, false)));
  }

  /** Returns {@code 1 / sqrt(w)}. */
  private double scale() {
    return 1 / Math.sqrt((double) k.columns() / shape.keyValueHeads());
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
    // What is hidden from all queries alike is one row.
    int queries = shape.causal() || mask.hasDocuments() ? shape.queries() : 1;
    int area = queries * shape.keys();
    float[] hidden = new float[mask.isNone() ? area : Math.multiplyExact(shape.batch(), area)];
    for (int at = 0; at < hidden.length; at += area) {
      mask.write(shape, at / area, 0, queries, shape.keys(), hidden, at);
    }
    scores
        .reshape(shape.batch(), shape.heads(), shape.queries(), shape.keys())
        .addi(
            Nd4j.createFromArray(hidden)
                .castTo(scores.dataType())
                .reshape(hidden.length / area, 1, queries, shape.keys()));
    if (!mask.isNone()) {
      // ND4J's softmax in double is NaN if every score is far below 0.
      scores.subi(scores.max(true, 2));
    }
  }
}
