package io.evomoe.kernel.onednn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.KeyPadding;
import io.evomoe.kernel.onednn.HeadProducts.Heads;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scaled dot-product attention over heads; keeps the probabilities for the backward pass. */
final class HeadAttention {
  private static final float MASKED = -1e30f;

  private final HeadProducts products;
  private final SoftmaxRows softmax;
  private final Map<Long, INDArray> causalMasks = new ConcurrentHashMap<>();

  HeadAttention(PrimitiveCache cache, SoftmaxRows softmax) {
    this.products = new HeadProducts(cache);
    this.softmax = softmax;
  }

  Attended forward(INDArray q, INDArray k, INDArray v, AttentionShape shape, KeyPadding padding) {
    int width = (int) q.size(1);
    Heads heads = new Heads(shape, width);
    INDArray probabilities = square(shape);
    long p = Address.of(probabilities);
    long causal = shape.causal() ? Address.of(causalMask(shape)) : HeadProducts.NO_MASK;
    long padded = padding.isNone() ? HeadProducts.NO_MASK : Address.of(mask(padding, shape));
    products.scores(Address.of(q), stride(q), Address.of(k), stride(k), p, heads, causal, padded);
    softmax.forward(p, p, squareRows(shape), shape.keys());
    INDArray output = Nd4j.createUninitialized(DataType.FLOAT, q.size(0), width);
    INDArray values = plainIfOne(v, shape.keys());
    products.mix(p, Address.of(values), stride(values), Address.of(output), width, heads, 1);
    return new Attended(output, probabilities);
  }

  /** Overwrites dq, dk and dv. */
  void backward(
      INDArray q,
      INDArray k,
      INDArray v,
      Attended forward,
      AttentionShape shape,
      INDArray dOutput,
      INDArray dq,
      INDArray dk,
      INDArray dv) {
    int width = (int) q.size(1);
    Heads heads = new Heads(shape, width);
    double scale = heads.scale();
    long p = Address.of(forward.probabilities());
    long dOut = Address.of(dOutput);
    products.mixTransposed(p, dOut, width, Address.of(dv), stride(dv), heads, 1);
    long dScores = Address.of(square(shape));
    products.outer(dOut, width, Address.of(v), stride(v), dScores, heads);
    softmax.backward(p, dScores, dScores, squareRows(shape), shape.keys());
    INDArray keys = plainIfOne(k, shape.keys());
    products.mix(dScores, Address.of(keys), stride(keys), Address.of(dq), stride(dq), heads, scale);
    INDArray queries = plainIfOne(q, shape.queries());
    products.mixTransposed(
        dScores, Address.of(queries), stride(queries), Address.of(dk), stride(dk), heads, scale);
  }

  /** oneDNN 3 misreads the second factor of a batch of products over a single, strided row. */
  private static INDArray plainIfOne(INDArray rows, int length) {
    return length == 1 && stride(rows) != rows.size(1) ? rows.dup('c') : rows;
  }

  private INDArray causalMask(AttentionShape shape) {
    long key = ((long) shape.queries() << 32) | shape.keys();
    return causalMasks.computeIfAbsent(
        key,
        unused -> {
          float[] mask = new float[shape.queries() * shape.keys()];
          for (int i = 0; i < shape.queries(); i++) {
            for (int j = i + 1; j < shape.keys(); j++) {
              mask[i * shape.keys() + j] = MASKED;
            }
          }
          try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createFromArray(mask);
          }
        });
  }

  private static INDArray mask(KeyPadding padding, AttentionShape shape) {
    float[] values = padding.mask(shape);
    INDArray mask = Nd4j.createUninitialized(DataType.FLOAT, values.length);
    Address.buffer(mask).put(values);
    return mask;
  }

  private static INDArray square(AttentionShape shape) {
    return Nd4j.createUninitialized(
        DataType.FLOAT, (long) shape.batch() * shape.heads(), shape.queries(), shape.keys());
  }

  private static long squareRows(AttentionShape shape) {
    return (long) shape.batch() * shape.heads() * shape.queries();
  }

  private static int stride(INDArray rows) {
    return rows.stride(0);
  }
}
