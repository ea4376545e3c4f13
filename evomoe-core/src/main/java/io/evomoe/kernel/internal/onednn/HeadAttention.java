package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.KeyPadding;
import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import io.evomoe.kernel.internal.onednn.HeadProducts.Rows;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Scaled dot-product attention over heads, tile by tile. Probabilities are not kept: computing a
 * tile of them again in the backward pass costs less than bringing it back from main memory.
 */
final class HeadAttention {
  private static final float MASKED = -1e30f;

  private final HeadProducts products;
  private final SoftmaxRows softmax;
  private final Map<Form, INDArray> causalMasks = new ConcurrentHashMap<>();
  private final ThreadLocal<Scratch> squares =
      ThreadLocal.withInitial(() -> new Scratch(DataType.FLOAT));

  HeadAttention(PrimitiveCache cache, SoftmaxRows softmax) {
    this.products = new HeadProducts(cache);
    this.softmax = softmax;
  }

  Attended forward(INDArray q, INDArray k, INDArray v, AttentionShape shape, KeyPadding padding) {
    int width = (int) q.size(1);
    INDArray output = Nd4j.createUninitialized(DataType.FLOAT, q.size(0), width);
    INDArray values = plainIfOne(v, shape.keys());
    Probabilities computed =
        new Probabilities(
            plainIfOne(q, shape.queries()), plainIfOne(k, shape.keys()), shape, padding);
    for (AttentionTile tile : computed.tiles) {
      long p = squares.get().address(tile.form().scores());
      computed.compute(tile, p);
      products.mix(p, keyRows(values, tile), queryRows(output, tile), tile.form(), 1);
    }
    return new Tiled(output, computed, v);
  }

  private void backward(
      Probabilities computed, INDArray v, INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
    INDArray values = plainIfOne(v, computed.shape.keys());
    for (AttentionTile tile : computed.tiles) {
      Form form = tile.form();
      long p = squares.get().address(2 * form.scores());
      long dScores = p + form.scores() * Float.BYTES;
      boolean add = !tile.isFirst();
      double scale = form.scale();
      computed.compute(tile, p);
      Rows dOut = queryRows(dOutput, tile);
      products.mixTransposed(p, dOut, keyRows(dv, tile), form, 1, add);
      products.outer(dOut, keyRows(values, tile), dScores, form);
      softmax.backward(p, dScores, dScores, form.rows(), form.keys());
      products.mix(dScores, keyRows(computed.k, tile), queryRows(dq, tile), form, scale);
      products.mixTransposed(
          dScores, queryRows(computed.q, tile), keyRows(dk, tile), form, scale, add);
    }
  }

  private static Rows queryRows(INDArray rows, AttentionTile tile) {
    return new Rows(Address.of(rows) + tile.queryOffset(stride(rows)), stride(rows));
  }

  private static Rows keyRows(INDArray rows, AttentionTile tile) {
    return new Rows(Address.of(rows) + tile.keyOffset(stride(rows)), stride(rows));
  }

  /** oneDNN 3 misreads products over a single row that is strided. */
  private static INDArray plainIfOne(INDArray rows, int length) {
    return length == 1 && stride(rows) != rows.size(1) ? rows.dup('c') : rows;
  }

  /** Elements from row to row; of a view of one row, ND4J says 1. */
  private static int stride(INDArray rows) {
    return rows.size(0) == 1 ? (int) rows.size(1) : rows.stride(0);
  }

  private static INDArray mask(KeyPadding padding, AttentionShape shape) {
    float[] values = padding.mask(shape);
    INDArray mask = Nd4j.createUninitialized(DataType.FLOAT, values.length);
    Address.buffer(mask).put(values);
    return mask;
  }

  /** [queries, keys] of a tile: what is added to the scores. */
  private INDArray causalMask(AttentionTile tile) {
    int queries = tile.form().queries();
    int keys = tile.form().keys();
    return causalMasks.computeIfAbsent(
        tile.form().compiled(),
        unused -> {
          float[] mask = new float[queries * keys];
          for (int i = 0; i < queries; i++) {
            for (int j = tile.firstQuery() + i + 1; j < keys; j++) {
              mask[i * keys + j] = MASKED;
            }
          }
          try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createFromArray(mask);
          }
        });
  }

  /** The masked softmax of the scores, tile by tile. */
  private final class Probabilities {
    private final INDArray q;
    private final INDArray k;
    private final AttentionShape shape;
    private final @Nullable INDArray padded;
    private final List<AttentionTile> tiles;

    Probabilities(INDArray q, INDArray k, AttentionShape shape, KeyPadding padding) {
      this.q = q;
      this.k = k;
      this.shape = shape;
      this.padded = padding.isNone() ? null : mask(padding, shape);
      this.tiles = AttentionTile.of(shape, (int) q.size(1), padding.isNone());
    }

    void compute(AttentionTile tile, long p) {
      long causal = shape.causal() ? Address.of(causalMask(tile)) : HeadProducts.NO_MASK;
      long mask = padded == null ? HeadProducts.NO_MASK : Address.of(padded) + tile.keyOffset(1);
      Form form = tile.form();
      products.scores(queryRows(q, tile), keyRows(k, tile), p, form, causal, mask);
      softmax.forward(p, p, form.rows(), form.keys());
    }

    INDArray whole() {
      INDArray whole =
          Nd4j.create(
              DataType.FLOAT, (long) shape.batch() * shape.heads(), shape.queries(), shape.keys());
      for (AttentionTile tile : tiles) {
        Form form = tile.form();
        INDArray square = Nd4j.createUninitialized(DataType.FLOAT, form.scores());
        compute(tile, Address.of(square));
        whole
            .get(
                NDArrayIndex.interval(tile.firstMatrix(), tile.firstMatrix() + form.matrices()),
                NDArrayIndex.interval(tile.firstQuery(), tile.firstQuery() + form.queries()),
                NDArrayIndex.interval(0, form.keys()))
            .assign(square.reshape(form.matrices(), form.queries(), form.keys()));
      }
      return whole;
    }
  }

  private final class Tiled implements Attended {
    private final INDArray output;
    private final Probabilities computed;
    private final INDArray v;

    Tiled(INDArray output, Probabilities computed, INDArray v) {
      this.output = output;
      this.computed = computed;
      this.v = v;
    }

    @Override
    public INDArray output() {
      return output;
    }

    @Override
    public INDArray probabilities() {
      return computed.whole();
    }

    @Override
    public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
      backward(computed, v, dOutput, dq, dk, dv);
    }
  }
}
